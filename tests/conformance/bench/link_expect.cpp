// What must come on a Link, and how it is told when something else does.
#include <poll.h>

#include <algorithm>
#include <sstream>

#include "base/seconds.hpp"
#include "protocol/text.hpp"
#include "tests/conformance/bench/common_prefix.hpp"
#include "tests/conformance/bench/link.hpp"

namespace parley::conform {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t shown_bytes = 400;

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
      return bytes.empty()
                 ? "nothing for " + to_seconds_text(waited) + " s"
                 : "nothing more for " + to_seconds_text(waited) + " s after " + count + " of a message";
  }
  return "";
}

Frame Link::expect(const Expected& expected, milliseconds timeout) {
  if (expected.is_report && settings_->lacking.reports) throw CaseUntried{"D1.2-unicast", {}};
  auto came = receive(timeout);
  if (const auto* end = std::get_if<WaitEnd>(&came)) fail(expected.text, *end);
  auto& frame = std::get<Frame>(came);
  if (!expected.matches(frame.event, frame.bytes)) fail(expected.text, frame);
  return std::move(frame);
}

void Link::expect_bytes(std::string_view bytes, std::string_view or_these) {
  const std::string expected = "exactly the bytes \"" + visible(bytes) + '"';
  const Dialect& dialect = settings_->dialect;
  const bool may_begin_with_line_end =
      (dialect.body_newline || dialect.register_end != "\n\n") && !bytes.starts_with('\n');
  Patience patience(settings_->timeout, settings_->is_at_rest, settings_->interruption);
  for (;;) {
    while (may_begin_with_line_end && unparsed_.starts_with('\n')) unparsed_.erase(0, 1);
    if (!or_these.empty() && !unparsed_.starts_with(bytes) && unparsed_.starts_with(or_these))
      bytes = or_these;
    std::size_t common = common_prefix(unparsed_, bytes);
    if (common == bytes.size()) {
      unparsed_.erase(0, bytes.size());
      while (!std::holds_alternative<two_socket::NeedMore>(next_event())) {
      }
      return;
    }
    common = std::max(common, common_prefix(unparsed_, or_these));
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
  const bool is_allowed = settings_->dialect.body_newline && unparsed_ == "\n";
  if (!unparsed_.empty() && !is_allowed)
    fail(expected, WaitEnd{WaitEnd::Kind::garbage, unparsed_, 0, settings_->timeout});
}

void Link::fail(const std::string& expected, const WaitEnd& came) const {
  Failure failure{expected + " on " + label_, came.describe(), came.bytes.substr(0, shown_bytes), {}, lane_};
  if (came.kind == WaitEnd::Kind::garbage) failure.garbage_at = came.garbage_at;
  CaseFailed failed{std::move(failure)};
  if (came.kind != WaitEnd::Kind::silence) failed.came_at = last_arrival_;
  throw failed;
}

void Link::fail(const std::string& expected, const Frame& came) const {
  const std::string message = describe(came.event, described_body_bytes);
  const bool is_the_same_to_read = message == expected;
  throw CaseFailed{
      {expected + " on " + label_,
       is_the_same_to_read ? "the bytes \"" + visible(came.bytes) + '"' : "the message " + message,
       came.bytes.substr(0, shown_bytes),
       {},
       lane_},
      last_arrival_};
}

}  // namespace parley::conform
