#include "protocol/websocket.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/text.hpp"
#include "tests/support/websocket_frames.hpp"
#include "tests/unit/cuts.hpp"

namespace parley::websocket {
namespace {

using namespace std::string_literals;
using test::to_bytes;

constexpr unsigned last = 0x80, more = 0, going_on = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10;

struct Words {
  std::string operator()(const NeedMore&) const { return {}; }
  std::string operator()(const Text& m) const { return "text <" + visible(m.text.substr(0, 80)) + ">"; }
  std::string operator()(const Ping& m) const { return "ping <" + visible(m.payload) + ">"; }
  std::string operator()(const Pong&) const { return "pong"; }
  std::string operator()(const Close& m) const { return "close " + code(m.code); }
  std::string operator()(const Fault& m) const { return "fault " + code(m.code); }

  static std::string code(CloseCode code) { return std::to_string(static_cast<unsigned>(code)); }
};

constexpr auto describe = test::describe_with<Words>;

std::string frame(unsigned first_byte, std::string_view payload = {}) {
  return to_bytes({.first_byte = first_byte, .payload = payload});
}

std::vector<std::string> events_of(std::string_view bytes, std::size_t first_cut = 0,
                                   std::size_t piece_bytes = 0, std::size_t most_bytes = 64 * 1024) {
  Parser parser(most_bytes);
  std::vector<std::string> events;
  test::for_each_piece(bytes, first_cut, piece_bytes, [&](std::string_view piece, bool) {
    parser.feed(piece);
    while (const auto event = describe(parser.next())) events.push_back(*event);
    return true;
  });
  return events;
}

/// Said however the bytes are cut; and behind an end nothing is read.
void check(const std::string& bytes, const std::vector<std::string>& expected) {
  CAPTURE(visible(bytes.substr(0, 200)));
  REQUIRE(events_of(bytes) == expected);
  CHECK_MESSAGE(events_of(bytes, 0, 1) == expected, "byte by byte");
  test::for_each_cut(
      bytes, [&](std::size_t cut) { CHECK_MESSAGE(events_of(bytes, cut) == expected, "cut at ", cut); });
  if (expected.empty() || !(expected.back().starts_with("fault") || expected.back().starts_with("close")))
    return;
  CHECK(events_of(bytes + frame(last | text, "x")) == expected);
}

void check_fault(const std::string& bytes, unsigned code) {
  check(bytes, {"fault " + std::to_string(code)});
}

std::string close_of(unsigned code, std::string_view reason = {}) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return frame(last | close, payload.append(reason));
}

}  // namespace

TEST_CASE("WB4.1: whole texts of every length that is written differently") {
  check(frame(last | text, "hello") + frame(last | text) + frame(last | text, "\xf0\x9f\x98\x80"),
        {"text <hello>", "text <>", "text <\xf0\x9f\x98\x80>"});
  for (const std::size_t size : {125U, 126U, 127U, 4096U, 65535U, 65536U}) {
    const std::string payload(size, 'x');
    CAPTURE(size);
    check(frame(last | text, payload) + frame(last | text, "y"),
          {"text <" + payload.substr(0, 80) + ">", "text <y>"});
  }
}

TEST_CASE("WB4.1: the mask is undone wherever a frame is cut") {
  const std::string payload = "\0\x01\x7f ab\xc3\xa9"s;
  for (const auto key : {std::array<unsigned char, 4>{0, 0, 0, 0}, {255, 1, 254, 7}})
    check(to_bytes({.payload = payload, .key = key}), {"text <" + visible(payload) + ">"});
}

TEST_CASE("WB4.2: a text in fragments, with control frames between them") {
  check(frame(more | text, "hel") + frame(last | ping, "p") + frame(more | going_on) +
            frame(last | pong, "x") + frame(last | going_on, "lo"),
        {"ping <p>", "pong", "text <hello>"});
  check(frame(more | text, "\xf0\x9f") + frame(last | going_on, "\x98\x80"), {"text <\xf0\x9f\x98\x80>"});
  check(frame(more | text, "a") + close_of(1000), {"close 1000"});
}

TEST_CASE("WB4.3: what RFC 6455 forbids is 1002") {
  check_fault(to_bytes({.payload = "hello", .is_masked = false}), 1002);
  check_fault(to_bytes({.payload = "", .is_masked = false}), 1002);
  for (const unsigned bit : {0x40U, 0x20U, 0x10U}) check_fault(frame(last | bit | text, "x"), 1002);
  for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
    check_fault(frame(last | opcode, "x"), 1002);
    check_fault(frame(last | opcode), 1002);
  }
  check_fault(frame(last | going_on, "x"), 1002);
  check_fault(frame(more | text, "a") + frame(last | text, "b"), 1002);
  check_fault(frame(more | text, "a") + frame(more | binary, "b"), 1002);
  check_fault(frame(more | ping, "x"), 1002);
  check_fault(frame(more | close), 1002);
  check_fault(frame(last | ping, std::string(126, 'x')), 1002);
  check_fault("\x81\xfe\x00\x7d\x01\x01\x01\x01x"s, 1002);  // 125 as if it were longer
  check_fault("\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff\x01\x01\x01\x01x"s, 1002);  // 65535 likewise
  check_fault("\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00\x01\x01\x01\x01x"s, 1002);
}

TEST_CASE("WB4.3: a close has a code that may be written, and a reason that is UTF-8") {
  check(frame(last | close), {"close 1005"});
  for (const unsigned code : {1000U, 1001U, 1002U, 1003U, 1007U, 1011U, 1014U, 3000U, 4999U}) {
    check(close_of(code), {"close " + std::to_string(code)});
    check(close_of(code, "why \xc3\xa9"), {"close " + std::to_string(code)});
  }
  for (const unsigned code : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 2999U, 5000U, 65535U})
    check_fault(close_of(code), 1002);
  check_fault(frame(last | close, "\x03"), 1002);
  check_fault(close_of(1000, "\xc3"), 1007);
}

TEST_CASE("WB4.4: other codes") {
  check_fault(frame(last | binary, "x"), 1003);
  check_fault(frame(more | binary), 1003);
  for (const std::string wrong : {"\xff", "a\xc3", "\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80"})
    check_fault(frame(last | text, wrong), 1007);
  check_fault(frame(more | text, "\xc3") + frame(last | going_on, "x"), 1007);
}

TEST_CASE("WB4.5: the longest message, in one frame and in many") {
  const std::string most(200, 'x');
  const auto events = [](const std::string& bytes) { return events_of(bytes, 0, 0, 200); };
  const std::vector<std::string> right{"text <" + most.substr(0, 80) + ">"};
  const std::vector<std::string> wrong{"fault 1009"};
  CHECK(events(frame(last | text, most)) == right);
  CHECK(events(frame(last | text, most + "x")) == wrong);
  CHECK(events(frame(more | text, most) + frame(last | going_on)) == right);
  CHECK(events(frame(more | text, most) + frame(more | going_on, "x")) == wrong);
  std::string bytewise = frame(more | text);
  for (const char& byte : most) bytewise += frame(more | going_on, {&byte, 1});
  CHECK(events(bytewise + frame(last | going_on)) == right);
  CHECK(events(bytewise + frame(last | going_on, "x")) == wrong);
  // What is announced is refused with the first byte of it, and takes no memory before.
  CHECK(events("\x81\xff\x00\x00\x00\xff\xff\xff\xff\xff\x01\x01\x01\x01"s).empty());
  CHECK(events("\x81\xff\x00\x00\x00\xff\xff\xff\xff\xff\x01\x01\x01\x01x"s) == wrong);
}

TEST_CASE("It is known whether something has begun") {
  const std::string two = frame(more | text, "ab") + frame(last | ping, "cd") + frame(last | going_on, "e");
  const std::size_t end = two.size();
  Parser parser;
  CHECK_FALSE(parser.in_frame());
  for (std::size_t i = 0; i < end; ++i) {
    parser.feed(two.substr(i, 1));
    while (describe(parser.next())) {
    }
    CHECK_MESSAGE(parser.in_frame() == (i + 1 < end), "after byte ", i);
  }
  for (const char byte : frame(last | ping, "xyz")) {
    parser.feed({&byte, 1});
    const bool is_whole = describe(parser.next()).has_value();
    CHECK(parser.in_frame() == !is_whole);
  }
}

TEST_CASE("The server's frames are whole and unmasked") {
  CHECK(text_frame("hi") == "\x81\x02hi");
  CHECK(text_frame(std::string(126, 'x')) == "\x81\x7e\x00\x7e"s + std::string(126, 'x'));
  CHECK(text_frame(std::string(65536, 'x')).substr(0, 11) == "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00x"s);
  CHECK(ping_frame("") == "\x89\x00"s);
  CHECK(pong_frame("p") == "\x8a\x01p");
  CHECK(close_frame(CloseCode::none, "") == "\x88\x00"s);
  CHECK(close_frame(CloseCode::normal, "") == "\x88\x02\x03\xe8");
  CHECK(close_frame(CloseCode::policy, "no").substr(2) == "\x03\xf0no");
  const std::string cut = close_frame(CloseCode::going_away, std::string(122, 'x') + "\xc3\xa9");
  CHECK(cut.size() == 2 + 2 + 122);
}

}  // namespace parley::websocket
