#include "tests/conformance/link.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <thread>

#include "protocol/text.hpp"

namespace parley::conform {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// A server's messages are at most this long; whoever sends more is not waited for.
constexpr two_socket::FrameLimits frame_limits{.header_bytes = 64 * 1024, .body_bytes = 1024 * 1024};
constexpr std::size_t shown_bytes = 400;
// So that a reader that is awake sees each piece by itself. A right one does not care.
constexpr milliseconds pause_between_pieces{2};
constexpr milliseconds longest_pause{30};
// Behind a report that looks whole but for its line end: the first time, and when that is known of this
// server.
constexpr milliseconds silence_behind_report{500};
constexpr milliseconds silence_as_before{20};
// Between two looks whether the run was ended.
constexpr milliseconds longest_wait{200};
// For a server that has only waited for another connection.
constexpr milliseconds time_in_company{300};

constexpr std::string_view server_beginnings[] = {
    "REGISTERED TOSEND ", "REGISTERED TORECV ", "FORWARD ", "SENT", "SEND", "ERROR 10"};
constexpr std::string_view client_beginnings[] = {"REGISTER TOSEND ", "REGISTER TORECV ", "SEND ", "RECEIVED",
                                                  "ERROR 10"};

std::size_t common_prefix(std::string_view left, std::string_view right) {
  const std::size_t size = std::min(left.size(), right.size());
  return static_cast<std::size_t>(
      std::mismatch(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(size), right.begin()).first -
      left.begin());
}

std::string seconds_text(milliseconds time) {
  std::ostringstream text;
  text << static_cast<double>(time.count()) / 1000 << " s";
  return text.str();
}

std::chrono::nanoseconds to_duration(const timespec& time) {
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

/// When the last of these bytes came to this machine, not when somebody read them; now, where that is not
/// known.
Clock::time_point arrival_of(msghdr& message) {
  const auto now = Clock::now();
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec came{};
    std::memcpy(&came, CMSG_DATA(header), sizeof came);
    timespec present{};
    ::clock_gettime(CLOCK_REALTIME, &present);
    const auto age = to_duration(present) - to_duration(came);
    if (came.tv_sec != 0 && age.count() > 0) return now - age;
  }
  return now;
}

std::string_view without_leading_blanks(std::string_view bytes) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = bytes.find_first_not_of(blanks);
  return first == std::string_view::npos ? std::string_view{} : bytes.substr(first);
}

}  // namespace

std::string WaitEnd::describe() const {
  const std::string count = std::to_string(bytes.size()) + (bytes.size() == 1 ? " byte" : " bytes");
  switch (kind) {
    case Kind::garbage:
      return "bytes that begin no message: the byte at " + std::to_string(garbage_at) + " can not be right";
    case Kind::clean_end:
      return "the end of the stream";
    case Kind::end_inside_frame:
      return "the end of the stream inside a message, after " + count + " of it";
    case Kind::reset:
      return "a connection reset after " + count;
    case Kind::silence:
      return bytes.empty() ? "nothing for " + seconds_text(waited)
                           : "nothing more for " + seconds_text(waited) + " after " + count + " of a message";
  }
  return "";
}

Link::Link(FileDescriptor socket, std::string label, two_socket::Side peer, Transcript& transcript,
           const Settings& settings, Grace* grace)
    : socket_(std::move(socket)),
      label_(std::move(label)),
      peer_(peer),
      transcript_(&transcript),
      settings_(&settings),
      grace_(grace),
      lane_(transcript.add_lane(label_)),
      parser_(peer, frame_limits) {
  const int on = 1;
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  transcript.add(lane_, Happening::opened);
}

void Link::send(std::string_view bytes) {
  await_grace(bytes);
  transcript_->add(lane_, Happening::sent, bytes);
  const auto deadline = Clock::now() + settings_->timeout;
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    pollfd descriptor{socket_.get(), POLLOUT, 0};
    if (errno != EAGAIN || left.count() <= 0 || ::poll(&descriptor, 1, static_cast<int>(left.count())) <= 0) {
      transcript_->add(lane_, Happening::note,
                       std::to_string(bytes.size()) + " of these bytes were not taken");
      return;
    }
  }
}

void Link::pause() const {
  std::this_thread::sleep_for(pause_between_pieces);
  wait_until_at_rest(settings_->is_at_rest, longest_pause);
}

void Link::send_in_pieces(std::string_view bytes, const std::vector<std::size_t>& cuts) {
  std::size_t begin = 0;
  for (const std::size_t cut : cuts) {
    send(bytes.substr(begin, cut - begin));
    begin = cut;
    pause();
  }
  send(bytes.substr(begin));
}

void Link::send_byte_by_byte(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    send(bytes.substr(i, 1));
    pause();
  }
}

Link::Input Link::read_some(Patience& patience) {
  for (;;) {
    std::array<char, 16 * 1024> buffer;
    iovec room{buffer.data(), buffer.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(timespec))> control;
    msghdr message{};
    message.msg_iov = &room;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t count = ::recvmsg(socket_.get(), &message, MSG_DONTWAIT);
    if (count > 0) {
      const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
      transcript_->add(lane_, Happening::received, bytes, arrival_of(message));
      parser_.feed(bytes);
      unparsed_ += bytes;
      ++pieces_;
      patience.note_progress();
      return Input::bytes;
    }
    if (count == 0) {
      transcript_->add(lane_, Happening::ended);
      return Input::end;
    }
    if (errno != EAGAIN && errno != EINTR) {
      transcript_->add(lane_, Happening::reset);
      return Input::reset;
    }
    const auto left = patience.left();
    if (left.count() == 0) {
      if (!when_silent_ || !when_silent_()) return Input::silence;
      Patience more_patience(std::min(time_in_company, settings_->timeout), settings_->is_at_rest,
                             settings_->interruption);
      return read_some(more_patience);
    }
    pollfd descriptor{socket_.get(), POLLIN, 0};
    (void)::poll(&descriptor, 1, static_cast<int>(std::min(left, longest_wait).count()));
  }
}

/// Where the bytes that came stop being the beginning of any message; nothing when they still are one.
std::optional<std::size_t> Link::garbage_at() const {
  const std::string_view begun = without_leading_blanks(unparsed_);
  if (begun.empty()) return std::nullopt;
  std::size_t longest = 0;
  const auto may_begin_with = [&](std::string_view beginning) {
    const std::size_t common = common_prefix(begun, beginning);
    longest = std::max(longest, common);
    return common == beginning.size() || common == begun.size();
  };
  const bool may_be_a_message =
      peer_ == two_socket::Side::server
          ? std::ranges::any_of(server_beginnings, may_begin_with) ||
                std::ranges::any_of(settings_->alternatives.delivered_words, may_begin_with)
          : std::ranges::any_of(client_beginnings, may_begin_with);
  return may_be_a_message ? std::nullopt : std::optional(longest);
}

void Link::await_grace(std::string_view bytes) const {
  if (grace_ != nullptr) grace_->wait_before(bytes);
}

/// What the parser does not know may be a word that staff lets report a delivery.
two_socket::Event Link::next_event() {
  const two_socket::Event event = parser_.next();
  if (const auto* registered = std::get_if<two_socket::Registered>(&event); registered && grace_)
    grace_->begin(registered->name);
  const auto* unknown = std::get_if<two_socket::Unknown>(&event);
  if (unknown == nullptr || peer_ != two_socket::Side::server) return event;
  const std::string_view line = unknown->request_line;
  const auto blank = std::min(line.find(' '), line.size());
  const auto& words = settings_->alternatives.delivered_words;
  if (std::ranges::find(words, line.substr(0, blank)) == words.end()) return event;
  return two_socket::Delivered{line.substr(std::min(blank + 1, line.size()))};
}

/// The word for a delivery has come, perhaps with a name, and the line has not ended.
bool Link::is_report_without_end() const {
  const std::string_view begun = without_leading_blanks(unparsed_);
  const auto& words = settings_->alternatives.delivered_words;
  return peer_ == two_socket::Side::server && begun.find('\n') == std::string_view::npos &&
         std::ranges::find(words, begun.substr(0, begun.find(' '))) != words.end();
}

bool Link::nothing_follows(Patience& patience) {
  const bool is_usual = grace_ != nullptr && grace_->reports_lack_line_ends();
  const milliseconds silence = is_usual ? silence_as_before : silence_behind_report;
  Patience short_patience(std::min(silence, patience.left() / 2), settings_->is_at_rest);
  pollfd descriptor{socket_.get(), POLLIN, 0};
  for (auto left = short_patience.left(); left.count() > 0; left = short_patience.left())
    if (::poll(&descriptor, 1, static_cast<int>(left.count())) > 0) return false;
  return true;
}

std::variant<Frame, WaitEnd> Link::receive(milliseconds timeout) {
  Patience patience(timeout, settings_->is_at_rest, settings_->interruption);
  bool lacks_line_end = false;
  for (;;) {
    const auto event = next_event();
    const std::string begun(without_leading_blanks(unparsed_));
    if (std::holds_alternative<two_socket::NeedMore>(event)) {
      if (const auto at = garbage_at()) return WaitEnd{WaitEnd::Kind::garbage, begun, *at, timeout};
      if (!lacks_line_end && is_report_without_end() && nothing_follows(patience)) {
        // Only F1.1 minds: the report is understood.
        lacks_line_end = true;
        if (grace_ != nullptr) grace_->note_report_without_line_end();
        parser_.feed("\n\n");
        unparsed_ += "\n\n";
        continue;
      }
    } else if (std::holds_alternative<two_socket::Unknown>(event)) {
      return WaitEnd{WaitEnd::Kind::garbage, begun, garbage_at().value_or(0), timeout};
    } else {
      const std::size_t size = parser_.event_bytes();
      Frame frame{event, begun.substr(0, size), std::exchange(pieces_, 0), lacks_line_end};
      unparsed_ = begun.substr(std::min(size, begun.size()));
      return frame;
    }
    switch (read_some(patience)) {
      case Input::bytes:
        break;
      case Input::end:
        return WaitEnd{begun.empty() ? WaitEnd::Kind::clean_end : WaitEnd::Kind::end_inside_frame, begun, 0,
                       timeout};
      case Input::reset:
        return WaitEnd{WaitEnd::Kind::reset, begun, 0, timeout};
      case Input::silence:
        return WaitEnd{WaitEnd::Kind::silence, begun, 0, timeout};
    }
  }
}

Frame Link::expect(const Expected& expected, milliseconds timeout) {
  auto came = receive(timeout);
  if (const auto* end = std::get_if<WaitEnd>(&came)) fail(expected.text, *end);
  auto& frame = std::get<Frame>(came);
  if (!expected.matches(frame.event, frame.bytes)) fail(expected.text, frame);
  return std::move(frame);
}

void Link::expect_bytes(std::string_view bytes) {
  const std::string expected = "exactly the bytes \"" + visible(bytes) + '"';
  Patience patience(settings_->timeout, settings_->is_at_rest, settings_->interruption);
  for (;;) {
    const std::size_t common = common_prefix(unparsed_, bytes);
    if (common == bytes.size()) {
      unparsed_.erase(0, bytes.size());
      while (!std::holds_alternative<two_socket::NeedMore>(next_event())) {
      }
      return;
    }
    if (common < unparsed_.size())
      fail(expected, WaitEnd{WaitEnd::Kind::garbage, unparsed_, common, settings_->timeout});
    switch (read_some(patience)) {
      case Input::bytes:
        break;
      case Input::end:
        fail(expected, WaitEnd{unparsed_.empty() ? WaitEnd::Kind::clean_end : WaitEnd::Kind::end_inside_frame,
                               unparsed_, 0, settings_->timeout});
      case Input::reset:
        fail(expected, WaitEnd{WaitEnd::Kind::reset, unparsed_, 0, settings_->timeout});
      case Input::silence:
        fail(expected, WaitEnd{WaitEnd::Kind::silence, unparsed_, 0, settings_->timeout});
    }
  }
}

void Link::expect_line_end(const std::string& expected) {
  Patience patience(settings_->timeout, settings_->is_at_rest, settings_->interruption);
  while (unparsed_.find('\n') == std::string::npos) {
    const Input input = read_some(patience);
    if (input == Input::bytes) continue;
    const auto kind = input == Input::end     ? WaitEnd::Kind::end_inside_frame
                      : input == Input::reset ? WaitEnd::Kind::reset
                                              : WaitEnd::Kind::silence;
    fail(expected, WaitEnd{kind, unparsed_, 0, settings_->timeout});
  }
  if (const auto at = unparsed_.find_first_not_of(" \t\r\n"); at < unparsed_.find('\n'))
    fail(expected, WaitEnd{WaitEnd::Kind::garbage, unparsed_, at, settings_->timeout});
}

void Link::expect_end() {
  const auto came = receive();
  if (const auto* frame = std::get_if<Frame>(&came)) fail("the end of the stream", *frame);
  if (const auto& end = std::get<WaitEnd>(came); end.kind != WaitEnd::Kind::clean_end)
    fail("the end of the stream", end);
}

void Link::expect_gone() {
  const auto came = receive();
  const std::string expected = "the end of the connection";
  if (const auto* frame = std::get_if<Frame>(&came)) fail(expected, *frame);
  const auto& end = std::get<WaitEnd>(came);
  if (end.kind == WaitEnd::Kind::silence || end.kind == WaitEnd::Kind::garbage) fail(expected, end);
}

void Link::expect_nothing(const std::string& expected) {
  wait_until_at_rest(settings_->is_at_rest, settings_->timeout);
  if (!has_input()) return;
  const auto came = receive();
  if (const auto* frame = std::get_if<Frame>(&came)) fail(expected, *frame);
  fail(expected, std::get<WaitEnd>(came));
}

void Link::expect_no_bytes(const std::string& expected) {
  wait_until_at_rest(settings_->is_at_rest, settings_->timeout);
  pollfd descriptor{socket_.get(), POLLIN, 0};
  if (::poll(&descriptor, 1, 0) > 0) {
    Patience patience(settings_->timeout, {}, settings_->interruption);
    if (read_some(patience) != Input::bytes) return;
  }
  if (!unparsed_.empty()) fail(expected, WaitEnd{WaitEnd::Kind::garbage, unparsed_, 0, settings_->timeout});
}

bool Link::wait_for_input(milliseconds time) {
  if (!without_leading_blanks(unparsed_).empty()) return true;
  pollfd descriptor{socket_.get(), POLLIN, 0};
  return ::poll(&descriptor, 1, static_cast<int>(time.count())) > 0;
}

void Link::end_sending() {
  if (socket_) ::shutdown(socket_.get(), SHUT_WR);
}

void Link::wait_for_end(Patience& patience) {
  std::array<char, 16 * 1024> buffer;
  while (socket_) {
    const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EAGAIN)) return;
    const auto left = patience.left();
    if (left.count() == 0) return;
    pollfd descriptor{socket_.get(), POLLIN, 0};
    (void)::poll(&descriptor, 1, static_cast<int>(left.count()));
  }
}

void Link::half_close() {
  await_grace({});
  transcript_->add(lane_, Happening::note, "the suite ends its side of the stream");
  ::shutdown(socket_.get(), SHUT_WR);
}

void Link::close() {
  await_grace({});
  transcript_->add(lane_, Happening::closed);
  socket_.reset();
}

void Link::abort() {
  await_grace({});
  const linger reset{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  transcript_->add(lane_, Happening::note, "the suite resets the connection");
  socket_.reset();
}

void Link::fail(const std::string& expected, const WaitEnd& came) const {
  Failure failure{expected + " on " + label_, came.describe(), came.bytes.substr(0, shown_bytes), {}, lane_};
  if (came.kind == WaitEnd::Kind::garbage) failure.garbage_at = came.garbage_at;
  throw CaseFailed{std::move(failure)};
}

void Link::fail(const std::string& expected, const Frame& came) const {
  const std::string message = describe(came.event, described_body_bytes);
  const bool is_the_same_to_read = message == expected;
  throw CaseFailed{
      {expected + " on " + label_,
       is_the_same_to_read ? "the bytes \"" + visible(came.bytes) + '"' : "the message " + message,
       came.bytes.substr(0, shown_bytes),
       {},
       lane_}};
}

}  // namespace parley::conform
