#include "tests/conformance/process/client_terminal.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "protocol/text.hpp"

namespace parley::conform {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kept_bytes = 1024 * 1024;
// What the screen is given: three bytes may change all of it.
constexpr std::size_t modelled_bytes = 64 * 1024;
constexpr milliseconds quiet_time{40};
constexpr milliseconds longest_settling{1'000};
constexpr milliseconds typing_time{2'000};
constexpr milliseconds last_words_time{30};
constexpr std::size_t described_bytes = 300;

milliseconds left_until(Clock::time_point deadline) {
  return std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(deadline - Clock::now()));
}

}  // namespace

ClientTerminal::ClientTerminal(const std::string& command, const Confinement& confinement,
                               Transcript& transcript, std::size_t lane)
    : transcript_(&transcript), lane_(lane), process_(command, confinement) {
  transcript.add(lane, Happening::opened);
}

void ClientTerminal::type(std::string_view keys) {
  transcript_->add(lane_, Happening::sent, keys);
  Patience patience(typing_time, is_at_rest());
  while (!keys.empty()) {
    const ssize_t count = ::write(process_.terminal(), keys.data(), keys.size());
    if (count > 0) {
      keys.remove_prefix(static_cast<std::size_t>(count));
    } else if ((count < 0 && errno != EAGAIN && errno != EINTR) || patience.left().count() == 0) {
      return transcript_->add(lane_, Happening::note, std::to_string(keys.size()) + " keys were not read");
    } else {
      read(milliseconds{1});  // it may have to write before it reads
    }
  }
}

bool ClientTerminal::read(milliseconds time) {
  pollfd descriptor{process_.terminal(), POLLIN, 0};
  if (::poll(&descriptor, 1, static_cast<int>(time.count())) != 1) return false;
  std::array<char, 16 * 1024> room;
  const ssize_t count = ::read(process_.terminal(), room.data(), room.size());
  if (count <= 0) return false;
  take({room.data(), static_cast<std::size_t>(count)});
  return true;
}

void ClientTerminal::take(std::string_view bytes) {
  if (raw_.size() + bytes.size() > kept_bytes) {
    if (!std::exchange(is_cut_, true))
      transcript_->add(lane_, Happening::note,
                       "more than " + std::to_string(kept_bytes) + " bytes: the rest is not kept");
    return;
  }
  transcript_->add(lane_, Happening::received, bytes);
  raw_ += bytes;
  text_.feed(bytes);
  if (raw_.size() <= modelled_bytes) screen_.feed(bytes);
}

void ClientTerminal::read_for(milliseconds time) {
  const auto deadline = Clock::now() + time;
  do {
    read(left_until(deadline));
  } while (Clock::now() < deadline);
}

void ClientTerminal::settle() {
  Work work(is_at_rest());
  while ((read(quiet_time) || !process_.is_at_rest()) && !work.is_at_least(longest_settling)) {
  }
}

bool ClientTerminal::read_until(const std::function<bool()>& condition, milliseconds time) {
  constexpr milliseconds output_look_interval{10};
  Patience patience(time, is_at_rest());
  while (!condition()) {
    const auto left = patience.left();
    if (left.count() == 0) return false;
    if (read(std::min(output_look_interval, left)))
      patience.note_progress();
    else if (ended())
      return condition();
  }
  return true;
}

std::optional<std::string> ClientTerminal::ended() {
  auto end = process_.ended();
  if (end && !std::exchange(end_is_noted_, true)) {
    // What it wrote last may still be on its way through the terminal.
    const auto deadline = Clock::now() + longest_settling;
    while (read(last_words_time) && Clock::now() < deadline) {
    }
    process_.throw_if_kept_by_shortage(raw_);
    transcript_->add(lane_, Happening::note, "the client " + *end);
  }
  return end;
}

std::string ClientTerminal::describe() {
  settle();
  const auto end = ended();
  std::string text = end ? "the client " + *end : "the client still runs";
  if (is_cut_) text += ", having shown more than " + std::to_string(kept_bytes) + " bytes";
  std::string shown;
  for (const auto& line : lines_of(text_.text())) shown += (shown.empty() ? "" : " / ") + line;
  if (shown.size() > described_bytes) shown = "..." + shown.substr(shown.size() - described_bytes);
  return text +
         (shown.empty() ? "; it has shown nothing" : "; its terminal shows: \"" + visible(shown) + '"');
}

}  // namespace parley::conform
