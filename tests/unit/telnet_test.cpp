#include "protocol/telnet.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/text.hpp"
#include "tests/unit/cuts.hpp"

namespace parley::telnet {
namespace {

using namespace std::string_literals;

const std::string replacement{replacement_character};

std::string in_hex(std::string_view bytes) {
  std::string shown;
  for (const char byte : bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto value = static_cast<unsigned char>(byte);
    shown += ' ';
    shown += digits[value >> 4U];
    shown += digits[value & 0xFU];
  }
  return shown;
}

struct Words : test::SharedWords {
  using SharedWords::operator();
  std::string operator()(const Line& line) const {
    return '<' + std::string(line.text) + (line.is_cut ? "> cut" : ">");
  }
  std::string operator()(const Answer& answer) const { return "answer" + in_hex(answer.bytes); }
  std::string operator()(const Leave&) const { return "leave"; }
};

constexpr auto describe = test::describe_with<Words>;

/// The events, and that nothing is left of them in the way of the next line unless the last one is the end.
void check(const std::string& bytes, std::vector<std::string> expected,
           std::size_t max_line_bytes = usual_max_line_bytes) {
  CAPTURE(visible(bytes.substr(0, 200)));
  const Parser fresh(max_line_bytes);
  test::check_however_cut(fresh, bytes, expected, describe);
  if (expected.empty() || expected.back() != "leave") expected.emplace_back("<on>");
  test::check_however_cut(fresh, bytes + "on\r\n", expected, describe);
}

/// What the end of the stream leaves behind.
std::optional<std::string> at_end(const std::string& bytes) {
  Parser parser;
  parser.feed(bytes);
  while (!std::holds_alternative<NeedMore>(parser.next())) {
  }
  auto last = describe(parser.end());
  CHECK_FALSE(describe(parser.end()).has_value());
  return last;
}

}  // namespace

TEST_CASE("TN1.1 a line ends in CR LF, CR NUL, LF or CR") {
  check("", {});
  check("ann\r\n", {"<ann>"});
  check("ann\r\0"s, {"<ann>"});
  check("ann\n", {"<ann>"});
  Parser parser;
  parser.feed("ann\r");
  CHECK(describe(parser.next()) == "<ann>");  // at once, whatever follows
  check("a\rb\rc\n", {"<a>", "<b>", "<c>"});
  check("a\r\nb\r\0c\nd\re\r\n"s, {"<a>", "<b>", "<c>", "<d>", "<e>"});
}

TEST_CASE("TN1.1 only the LF or NUL right behind a CR belongs to it") {
  check("\r\n\n\r\n", {"<>", "<>", "<>"});
  check("\n\n", {"<>", "<>"});
  check("\r\r\n", {"<>", "<>"});
  check("a\rb\nc\n", {"<a>", "<b>", "<c>"});
  check("a\r\0\nb\n"s, {"<a>", "<>", "<b>"});
  check("a\0b\n"s, {"<ab>"});
  check("a\r\bb\n\n", {"<a>", "<b>", "<>"});
}

TEST_CASE("TN1.2 BS and DEL erase one character") {
  check("anm\bn\r\n", {"<ann>"});
  check("anm\x7fn\r\n", {"<ann>"});
  check(
      "Zo\xc3\xab\x7f\x7f"
      "ack\n",
      {"<Zack>"});
  check("\xe2\x82\xac\b$\n", {"<$>"});
  check(
      "a\xf0\x9f\x99\x82\x7f"
      "b\n",
      {"<ab>"});
  check("a\xcc\x81\b\n", {"<a>"});  // a code point, not what is drawn as one
  check(
      "\b\x7f\b"
      "a\b\b\b"
      "b\n",
      {"<b>"});
  check("one\n\x7f\x7ftwo\n", {"<one>", "<two>"});
}

TEST_CASE("TN1.2 bytes that are no UTF-8 are erased one by one") {
  check("a\xff\bb\n", {"<ab>"});
  check("a\x80\x80\bb\n", {"<a" + replacement + "b>"});
  check("a\xe2\x82\b\bb\n", {"<ab>"});
  check("a\xc3\b\xa9\n", {"<a" + replacement + ">"});
}

TEST_CASE("TN1.3 control characters are dropped, a tab is a space") {
  check("\a\x1b[31mred\x1b[0m\x0c\n", {"<[31mred[0m>"});
  std::string controls;
  for (char c = 1; c < ' '; ++c)
    if (c != '\b' && c != '\t' && c != '\n' && c != '\r') controls += c;
  check("a" + controls + "b\n", {"<ab>"});
  check("a\tb\n", {"<a b>"});
  check("a\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0\n", {"<a\xc2\xa0>"});  // C1, and the first that is none
  check("\xc2\xc2\x9b\x9b\n", {"<" + replacement + replacement + ">"});
}

TEST_CASE("OD1.2 a line's bytes are handed over, edited but not replaced") {
  const auto raw = [](std::string_view bytes) {
    Parser parser(8);
    parser.feed(bytes);
    const Event event = parser.next();
    REQUIRE(std::holds_alternative<Line>(event));
    return std::string(std::get<Line>(event).raw);
  };
  CHECK(raw("caf\xe9\n") == "caf\xe9");
  CHECK(raw("a\xc2\x85"
            "b\n") ==
        "a\xc2\x85"
        "b");
  CHECK(raw("a\x01x\bb\r") == "ab");
  CHECK(raw("\xff\xff\n") == "\xff");
  CHECK(raw("123456\xc3\xa9"
            "9\n") == "123456\xc3\xa9");
  CHECK(raw("1234567\xc3\xa9"
            "9\n") == "1234567");
}

TEST_CASE("TN1.4 what is not UTF-8 becomes U+FFFD") {
  check("caf\xc3\xa9\n", {"<caf\xc3\xa9>"});
  check("caf\xe9\n", {"<caf" + replacement + ">"});
  check("\xc0\x80\xed\xa0\x80\n",
        {"<" + replacement + replacement + replacement + replacement + replacement + ">"});
  check("\xe2\x82\n", {"<" + replacement + replacement + ">"});
  check("\xfe\n", {"<" + replacement + ">"});
}

TEST_CASE("TN1.5 a last line without an end counts") {
  CHECK(at_end("ann\r\nhello") == "<hello>");
  CHECK(at_end("hello\xff") == "<hello>");
  CHECK(at_end("hello\xff\xfa\x18") == "<hello>");
  CHECK(at_end("hello\r\n") == std::nullopt);
  CHECK(at_end("hello\r") == std::nullopt);
  CHECK(at_end("") == std::nullopt);
  CHECK(at_end("a\b") == std::nullopt);
  CHECK(at_end("hello\xff\xec") == std::nullopt);
  CHECK(at_end("\x04hello") == std::nullopt);
  CHECK(at_end(std::string(2000, 'x')) == '<' + std::string(1024, 'x') + "> cut");
}

TEST_CASE("TN1.6 a line of 1024 bytes, and of more") {
  const std::string longest(usual_max_line_bytes, 'x');
  check(longest + "\r\n", {'<' + longest + '>'});
  check(longest + "x\r\n", {'<' + longest + "> cut"});
  check(longest + std::string(5000, 'y') + "\r\nhi\r\n", {'<' + longest + "> cut", "<hi>"});
}

TEST_CASE("TN1.6 a line is cut between two characters") {
  check("abcd\n", {"<abcd>"}, 4);
  check("abc\xc3\xa9\n", {"<abc> cut"}, 4);
  check("ab\xc3\xa9\n", {"<ab\xc3\xa9>"}, 4);
  check("a\xf0\x9f\x99\x82\n", {"<a> cut"}, 4);
  check("\xf0\x9f\x99\x82\xf0\x9f\x99\x82\xf0\x9f\x99\x82\n", {"<\xf0\x9f\x99\x82> cut"}, 4);
  check("\xff\xff\xff\xff\xff\xff\n", {"<" + replacement + replacement + replacement + ">"}, 4);
}

TEST_CASE("TN1.6 what is erased again does not make a line too long") {
  check(std::string(9, 'x') + "\b\b\b\b\bok\n", {"<xxxx> cut"}, 4);
  check(std::string(9, 'x') + "\b\b\b\b\b\n", {"<xxxx>"}, 4);
  check(std::string(9, 'x') + "\b\b\b\b\b\b\bok\n", {"<xxok>"}, 4);
  check(std::string(3000, 'x') + std::string(3000, '\b') + "ok\n", {"<ok>"});
  check(
      "abcd"
      "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
      "\b\b\b\b\n",
      {"<abcd>"}, 4);
}

TEST_CASE("TN2.1 negotiation is filtered wherever it stands") {
  // What PuTTY sends before its user has typed anything.
  check(
      "\xff\xfb\x1f\xff\xfb \xff\xfb\x18\xff\xfb'\xff\xfd\x01\xff\xfb\x03\xff\xfd\x03"
      "ann\r\n",
      {"answer ff fe 1f", "answer ff fe 20", "answer ff fe 18", "answer ff fe 27", "answer ff fc 01",
       "answer ff fe 03", "answer ff fc 03", "<ann>"});
  check("he\xff\xfd\x01llo\r\n", {"answer ff fc 01", "<hello>"});
  check("caf\xc3\xff\xf1\xa9\n", {"<caf\xc3\xa9>"});
  check(
      "a\r\xff\xf1\n"
      "b\n",
      {"<a>", "<b>"});
  check("a\r\xff\xfb\x01\0b\n"s, {"<a>", "answer ff fe 01", "<b>"});
}

TEST_CASE("TN2.1 commands without an option are nothing") {
  for (unsigned char command = 237; command < 250; ++command)
    if (command != 247 && command != 248) check("a\xff"s + static_cast<char>(command) + "b\n", {"<ab>"});
  check(
      "a\xff\x41"
      "b\n",
      {"<ab>"});  // no command at all
}

TEST_CASE("TN2.2 WILL is refused with DONT and DO with WONT, once for each option") {
  check("\xff\xfb\x01\xff\xfb\x01\xff\xfb\x03\xff\xfb\x01", {"answer ff fe 01", "answer ff fe 03"});
  check("\xff\xfd\x01\xff\xfd\x01\xff\xfd\x03\xff\xfd\x01", {"answer ff fc 01", "answer ff fc 03"});
  check("\xff\xfb\x01\xff\xfd\x01", {"answer ff fe 01", "answer ff fc 01"});
  check("\xff\xfb\xff\xff\xfd\0"s, {"answer ff fe ff", "answer ff fc 00"});
  std::string all;
  std::vector<std::string> expected;
  for (int option = 0; option < 256; ++option) {
    const std::string byte(1, static_cast<char>(option));
    all += "\xff\xfb" + byte + "\xff\xfb" + byte;
    expected.push_back("answer ff fe" + in_hex(byte));
  }
  check(all, expected);
}

TEST_CASE("TN2.2 DONT and WONT are never answered") {
  check("\xff\xfc\x01\xff\xfe\x01\xff\xfc\x06\xff\xfe\x06\xff\xfe\xff", {});
  check("\xff\xfc\x01\xff\xfb\x01", {"answer ff fe 01"});
}

TEST_CASE("TN2.3 every DO TIMING-MARK is answered with WILL") {
  check("\xff\xfd\x06\xff\xfd\x06", {"answer ff fb 06", "answer ff fb 06"});
  // Ctrl-C in GNU telnet, between two lines.
  check("one\r\n\xff\xf4\xff\xfd\x06two\r\n", {"<one>", "answer ff fb 06", "<two>"});
  check("\xff\xf4\xff\xf2\xff\xfd\x06", {"answer ff fb 06"});
  check("\xff\xfb\x06", {"answer ff fe 06"});
}

TEST_CASE("TN2.4 a subnegotiation is dropped") {
  check(
      "a\xff\xfa\x18\0XTERM\xff\xf0"
      "b\n"s,
      {"<ab>"});
  check(
      "a\xff\xfa\x1f\0\xff\xff\x18\xff\xf0"
      "b\n"s,
      {"<ab>"});  // 255 columns
  check(
      "a\xff\xfa'\r\nquit\r\n\x04\xff\xff\xf0\xff\xf0"
      "b\n",
      {"<ab>"});
  check("\xff\xfa" + std::string(100'000, 'x') + "\xff\xf0", {});
}

TEST_CASE("TN2.4 another command ends a subnegotiation, too") {
  check(
      "a\xff\xfa\x18xx\xff\xfb\x01"
      "b\n",
      {"answer ff fe 01", "<ab>"});
  check(
      "a\xff\xfa\x18xx\xff\xfa\x18yy\xff\xf0"
      "b\n",
      {"<ab>"});
  check(
      "a\xff\xfa\x18xx\xff\xf1"
      "b\n",
      {"<ab>"});
}

TEST_CASE("TN2.5 IAC IAC is the byte FF, which is no UTF-8") {
  check(
      "a\xff\xff"
      "b\n",
      {"<a" + replacement + "b>"});
  check("\xff\xff\xff\xfb\x01\xff\xff\n", {"answer ff fe 01", "<" + replacement + replacement + ">"});
  check("a\r\xff\xff\n", {"<a>", "<" + replacement + ">"});
}

TEST_CASE("TN2.6 Telnet's own keys erase as well") {
  check("anm\xff\xf7n\n", {"<ann>"});
  check(
      "a\xff\xf7\xff\xf7"
      "b\n",
      {"<b>"});
  check(
      "nonsense\xff\xf8"
      "ann\n",
      {"<ann>"});
  check(std::string(3000, 'x') +
            "\xff\xf8"
            "ann\n",
        {"<ann>"});
}

TEST_CASE("TN5.1 EOT on an empty line leaves, elsewhere it is a control character") {
  check("\x04", {"leave"});
  check("ann\r\n\x04", {"<ann>", "leave"});
  check("an\x04n\r\n", {"<ann>"});
  check("a\b\x04", {"leave"});
  check("\a\x04", {"leave"});
}

TEST_CASE("TN5.1 IAC EOF leaves; a line before it counts") {
  check("\xff\xec", {"leave"});
  check("ann\r\n\xff\xec", {"<ann>", "leave"});
  check("ann\r\nhello\xff\xec", {"<ann>", "<hello>", "leave"});
}

TEST_CASE("TN5.2 nothing counts behind that") {
  check("\x04hello\r\n\xff\xfb\x01\xff\xfd\x06\xff\xec", {"leave"});
  check("hi\xff\xechello\r\n\x04", {"<hi>", "leave"});
}

TEST_CASE("a flood of anything keeps no memory") {
  for (const std::string& piece : {"x"s, "\xff\xfa"s, "\xff\xfd\x06"s, "\xff\xff"s, "\xc3"s, "\n"s}) {
    Parser parser;
    for (int i = 0; i < 10'000; ++i) {
      parser.feed(piece);
      while (!std::holds_alternative<NeedMore>(parser.next())) {
      }
    }
    CHECK(parser.pending().empty());
    CHECK(describe(parser.end()).value_or("").size() <= 3 * (usual_max_line_bytes + 10));
  }
}

TEST_CASE("a copy reads on by itself") {
  Parser parser;
  parser.feed("he");
  parser.next();
  Parser copy(parser);
  parser.feed("llo\n");
  copy.feed("y\n");
  CHECK(describe(parser.next()) == "<hello>");
  CHECK(describe(copy.next()) == "<hey>");
}

}  // namespace parley::telnet
