#include "tests/conformance/bench/link.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

#include "protocol/text.hpp"
#include "tests/conformance/bench/common_prefix.hpp"

namespace parley::conform {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// A server's messages are at most this long; whoever sends more is not waited for.
constexpr two_socket::FrameLimits frame_limits{.header_bytes = 64 * 1024, .body_bytes = 1024 * 1024};
// So that a reader that is awake sees each piece by itself. A right one does not care.
constexpr milliseconds pause_between_pieces{2};
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

/// Where nothing ends a report, the beginning of the next message does: these bytes, with line ends there.
std::string with_reports_parted(const Dialect& dialect, std::string_view bytes, bool is_behind_report) {
  const auto begins_report = [&](std::string_view text) {
    return std::ranges::any_of(dialect.delivered_words,
                               [&](const std::string& word) { return text.starts_with(word + ' '); });
  };
  const auto begins_message = [&](std::string_view text) {
    return begins_report(text) || text.starts_with("ERROR ");
  };
  std::string parted(bytes);
  if (is_behind_report && begins_message(bytes)) parted.insert(0, "\n\n");
  for (std::size_t at = parted.size() - bytes.size(); begins_message(std::string_view(parted).substr(at));) {
    const std::size_t line_end = std::min(parted.find('\n', at), parted.size());
    std::size_t next = at + 1;
    while (next < line_end && !begins_message(std::string_view(parted).substr(next))) ++next;
    if (next < line_end) parted.insert(next, "\n\n");
    at = std::min(parted.find_first_not_of('\n', next), parted.size());
  }
  return parted;
}

}  // namespace

Link::Link(FileDescriptor socket, std::string label, two_socket::Side peer, Transcript& transcript,
           const Settings& settings, Grace* grace, Exchanges* exchanges)
    : socket_(std::move(socket)),
      label_(std::move(label)),
      peer_(peer),
      transcript_(&transcript),
      settings_(&settings),
      grace_(grace),
      exchanges_(exchanges),
      lane_(transcript.add_lane(label_)),
      parser_(peer, frame_limits),
      writer_(settings.dialect,
              peer == two_socket::Side::server ? two_socket::Side::client : two_socket::Side::server) {
  const int on = 1;
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  transcript.add(lane_, Happening::opened);
}

void Link::send(std::string_view bytes) {
  prepare_to_send(bytes);
  send_as_it_is(in_dialect(bytes));
}

void Link::send_as_it_is(std::string_view bytes) {
  transcript_->add(lane_, Happening::sent, bytes);
  Patience patience(settings_->timeout, settings_->is_at_rest, settings_->interruption);
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    const bool may_go_on = errno == EAGAIN;
    const auto left = patience.left();
    pollfd descriptor{socket_.get(), POLLOUT, 0};
    if (may_go_on && left.count() > 0) {
      (void)::poll(&descriptor, 1, static_cast<int>(std::min(left, longest_wait).count()));
    } else {
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
  prepare_to_send(bytes);
  const std::string all = in_dialect(bytes);
  std::size_t begin = 0;
  for (const std::size_t cut : cuts) {
    send_as_it_is(std::string_view(all).substr(begin, cut - begin));
    begin = cut;
    pause();
  }
  send_as_it_is(std::string_view(all).substr(begin));
}

void Link::send_byte_by_byte(std::string_view bytes) {
  prepare_to_send(bytes);
  for (const char byte : in_dialect(bytes)) {
    send_as_it_is({&byte, 1});
    pause();
  }
}

Link::Input Link::read_some(Patience& patience) {
  if (patience.is_exhausted()) return Input::silence;
  for (auto waits_since = Clock::time_point::max();;) {
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
      const auto arrival = last_arrival_ = arrival_of(message);
      transcript_->add(lane_, Happening::received, bytes, arrival);
      if (arrival > waits_since) transcript_->note_lateness(Clock::now() - arrival);
      const bool is_behind_report = is_report_without_end();
      const bool may_begin = is_behind_report || without_leading_blanks(unparsed_).empty();
      const bool has_no_end = peer_ == two_socket::Side::server && !settings_->dialect.report_line_end;
      const std::string understood = has_no_end && may_begin
                                         ? with_reports_parted(settings_->dialect, bytes, is_behind_report)
                                         : std::string(bytes);
      parser_.feed(understood);
      unparsed_ += understood;
      ++pieces_;
      patience.note_progress();
      return Input::bytes;
    }
    if (count == 0) {
      last_arrival_ = Clock::now();
      transcript_->add(lane_, Happening::ended);
      return Input::end;
    }
    if (errno != EAGAIN && errno != EINTR) {
      last_arrival_ = Clock::now();
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
    waits_since = Clock::now();
    (void)::poll(&descriptor, 1, static_cast<int>(std::min(left, longest_wait).count()));
  }
}

/// Where the bytes that came stop being the beginning of any message; nothing when they still are one.
std::optional<std::size_t> Link::garbage_at() const {
  const std::string_view begun = without_leading_blanks(unparsed_);
  if (begun.empty() || settings_->lacking.word) return std::nullopt;
  std::size_t longest = 0;
  const auto may_begin_with = [&](std::string_view beginning) {
    const std::size_t common = common_prefix(begun, beginning);
    longest = std::max(longest, common);
    return common == beginning.size() || common == begun.size();
  };
  const Dialect& dialect = settings_->dialect;
  const bool is_server = peer_ == two_socket::Side::server;
  const bool may_be_a_message = (is_server ? std::ranges::any_of(server_beginnings, may_begin_with) ||
                                                 std::ranges::any_of(dialect.delivered_words, may_begin_with)
                                           : std::ranges::any_of(client_beginnings, may_begin_with)) ||
                                std::ranges::any_of(dialect.error_codes, [&](const auto& code) {
                                  return may_begin_with("ERROR " + std::to_string(code.second));
                                });
  return may_be_a_message ? std::nullopt : std::optional(longest);
}

void Link::prepare_to_send(std::string_view bytes) const {
  if (grace_ != nullptr) grace_->wait_before(bytes);
  if (exchanges_ != nullptr && bytes.starts_with("SEND ")) exchanges_->begin();
}

/// Where a delivery is reported to everybody, the page's word for everybody.
std::string_view Link::reported_to(std::string_view recipient) const {
  return recipient == settings_->dialect.broadcast_word ? "ALL" : recipient;
}

/// What the parser does not know may be a word that staff lets report a delivery; what it knows is put as the
/// page has it.
two_socket::Event Link::understood_event() {
  two_socket::Event event = parser_.next();
  if (settings_->dialect.number_behind_name) {
    if (auto* asked = std::get_if<two_socket::Register>(&event))
      asked->name = two_socket::asked_name(asked->name);
    if (auto* answer = std::get_if<two_socket::Registered>(&event))
      answer->name = two_socket::asked_name(answer->name);
  }
  if (auto* report = std::get_if<two_socket::Delivered>(&event))
    report->recipient = reported_to(report->recipient);
  if (const auto* registered = std::get_if<two_socket::Registered>(&event); registered && grace_)
    grace_->begin(registered->name);
  const auto* unknown = std::get_if<two_socket::Unknown>(&event);
  if (unknown == nullptr || peer_ != two_socket::Side::server) return event;
  const std::string_view line = unknown->request_line;
  const auto blank = std::min(line.find(' '), line.size());
  const auto& words = settings_->dialect.delivered_words;
  if (!settings_->lacking.word && std::ranges::find(words, line.substr(0, blank)) == words.end())
    return event;
  return two_socket::Delivered{reported_to(line.substr(std::min(blank + 1, line.size())))};
}

two_socket::Event Link::next_event() {
  const two_socket::Event event = understood_event();
  const bool is_answer = std::holds_alternative<two_socket::Delivered>(event) ||
                         std::holds_alternative<two_socket::Error>(event);
  if (is_answer && exchanges_ != nullptr) exchanges_->end(last_arrival_);
  return event;
}

/// The word for a delivery has come, perhaps with a name, and the line has not ended.
bool Link::is_report_without_end() const {
  const std::string_view begun = without_leading_blanks(unparsed_);
  const auto& words = settings_->dialect.delivered_words;
  return peer_ == two_socket::Side::server && begun.find('\n') == std::string_view::npos &&
         std::ranges::find(words, begun.substr(0, begun.find(' '))) != words.end();
}

bool Link::nothing_follows(Patience& patience) {
  const bool is_usual =
      !settings_->dialect.report_line_end || (grace_ != nullptr && grace_->reports_lack_line_ends());
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
      // The empty line behind a report is none of it, whatever its word.
      const bool is_report = std::holds_alternative<two_socket::Delivered>(event);
      const std::size_t size = is_report ? begun.find('\n') + 1 : parser_.event_bytes();
      Frame frame{event, begun.substr(0, size), std::exchange(pieces_, 0), lacks_line_end};
      unparsed_ = begun.substr(std::min(size, begun.size()));
      if (settings_->lacking.reports && std::holds_alternative<two_socket::Delivered>(frame.event)) continue;
      if (settings_->lacking.receipts && std::holds_alternative<two_socket::Received>(frame.event)) continue;
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

std::string Link::begun_line(milliseconds time) {
  Patience patience(time, settings_->is_at_rest, settings_->interruption);
  for (;;) {
    const std::string_view begun = without_leading_blanks(unparsed_);
    if (const auto end = begun.find('\n'); end != std::string_view::npos)
      return std::string(begun.substr(0, end + 1));
    if (read_some(patience) != Input::bytes) return std::string(without_leading_blanks(unparsed_));
  }
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
    if (count == 0 || (count < 0 && errno != EAGAIN) || patience.is_exhausted()) return;
    const auto left = patience.left();
    if (left.count() == 0) return;
    pollfd descriptor{socket_.get(), POLLIN, 0};
    (void)::poll(&descriptor, 1, static_cast<int>(left.count()));
  }
}

void Link::half_close() {
  prepare_to_send({});
  transcript_->add(lane_, Happening::note, "the suite ends its side of the stream");
  ::shutdown(socket_.get(), SHUT_WR);
}

void Link::close() {
  prepare_to_send({});
  transcript_->add(lane_, Happening::closed);
  socket_.reset();
}

void Link::abort() {
  prepare_to_send({});
  const linger reset{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  transcript_->add(lane_, Happening::note, "the suite resets the connection");
  socket_.reset();
}

}  // namespace parley::conform
