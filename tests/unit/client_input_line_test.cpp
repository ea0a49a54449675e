// C2: what a typed line means, and the word on the right form for every line that is no message.

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "client/input_line.hpp"
#include "client/line_reader.hpp"
#include "client/typed_line.hpp"
#include "tests/support/contains.hpp"

using namespace parley::client;
using parley::test::contains;

namespace {

Outgoing outgoing(std::string_view line) {
  const auto meaning = parse_input_line(line);
  const auto* message = std::get_if<Outgoing>(&meaning);
  REQUIRE_MESSAGE(message != nullptr, line);
  return *message;
}

std::string hint(std::string_view line) {
  const auto meaning = parse_input_line(line);
  const auto* invalid = std::get_if<Invalid>(&meaning);
  REQUIRE_MESSAGE(invalid != nullptr, line);
  return invalid->hint;
}

}  // namespace

TEST_CASE("C2 @name message") {
  CHECK(outgoing("@bob hi").recipient == "bob");
  CHECK(outgoing("@bob hi").text == "hi");
  CHECK(outgoing("@bob\thi").text == "hi");
  CHECK(outgoing("@bob_1 hi").recipient == "bob_1");
  CHECK(outgoing("@zo\xc3\xab hi").recipient == "zo\xc3\xab");
}

TEST_CASE("C2 the message is every byte behind the one blank") {
  CHECK(outgoing("@bob  two  blanks ").text == " two  blanks ");
  CHECK(outgoing("@bob @carol: x").text == "@carol: x");
  CHECK(outgoing("@bob \x1b[31m\xff\r").text == "\x1b[31m\xff\r");
  CHECK(outgoing(std::string_view("@bob a\0b", 8)).text == std::string_view("a\0b", 3));
}

TEST_CASE("C2 ALL in any case is sent as ALL") {
  for (const auto* const line : {"@ALL hi", "@all hi", "@aLl hi"}) CHECK(outgoing(line).recipient == "ALL");
  CHECK(outgoing("@ALLY hi").recipient == "ALLY");
}

TEST_CASE("C2 a message of 64 KiB is sent, one byte more is not") {
  CHECK(outgoing("@bob " + std::string(max_message_bytes, 'x')).text.size() == 65536);
  const auto too_long = hint("@bob " + std::string(max_message_bytes + 1, 'x'));
  CHECK(contains(too_long, "65537"));
  CHECK(contains(too_long, "65536"));
}

TEST_CASE("C2 a name of 32 bytes is sent, one byte more is not") {
  CHECK(outgoing("@" + std::string(32, 'n') + " x").recipient.size() == 32);
  CHECK(contains(hint("@" + std::string(33, 'n') + " x"), "33"));
}

TEST_CASE("C2 every other line gets a word on what is wrong and on the right form") {
  struct Case {
    const char* line;
    const char* what;
  };
  for (const Case& c : {
           Case{"", "does not begin with @name"},
           Case{"hello", "does not begin with @name"},
           Case{" @bob hi", "does not begin with @name"},
           Case{"bob: hi", "does not begin with @name"},
           Case{"/quit", "does not begin with @name"},
           Case{"@", "right behind the @"},
           Case{"@ bob hi", "right behind the @"},
           Case{"@bob: hi", "leave the colon out: @bob message"},
           Case{"@bob:", "leave the colon out"},
           Case{"@: hi", "no colon"},
           Case{"@bob:hi there", "no colon"},
           Case{"@bob", "the message is missing"},
           Case{"@bob ", "the message is missing"},
           Case{"@bob  \t ", "the message is missing"},
           Case{"@b\x1bob hi", "printable"},
           Case{"@b\xffob hi", "printable"},
           Case{"@b\rob hi", "printable"},
       }) {
    CHECK_MESSAGE(contains(hint(c.line), c.what), c.line);
    CHECK_MESSAGE(contains(hint(c.line), "message"), c.line);
  }
}

TEST_CASE("C5 a hint never repeats what could drive the terminal") {
  CHECK(hint("@\x1b]0;x\a: hi").find('\x1b') == std::string::npos);
  CHECK(hint("/\x1b[31m").find('\x1b') == std::string::npos);
}

TEST_CASE("commands are commands at a terminal only") {
  CHECK(std::holds_alternative<Invalid>(parse_input_line("/help")));
  CHECK(!std::holds_alternative<Invalid>(parse_typed_line("/help")));
}

namespace {

/// The lines of `bytes`, fed in pieces; "!" stands for one that is too long.
std::string lines_of(std::string_view bytes, std::size_t piece) {
  LineReader reader(4);
  std::string out;
  const auto drain = [&] {
    while (const auto line = reader.next()) out += (line->too_long ? "!" : line->text) + "|";
  };
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    reader.feed(bytes.substr(0, piece));
    drain();
  }
  reader.finish();
  drain();
  return out;
}

}  // namespace

TEST_CASE("input is cut into lines however it comes; the last needs no LF; long ones are passed over") {
  for (const std::size_t piece : {1U, 2U, 3U, 5U, 100U}) {
    CAPTURE(piece);
    CHECK(lines_of("", piece).empty());
    CHECK(lines_of("a\nbc\n", piece) == "a|bc|");
    CHECK(lines_of("a\n\n\nbc", piece) == "a|||bc|");
    CHECK(lines_of("1234\n12345\n1\n", piece) == "1234|!|1|");
    CHECK(lines_of("1234567890\nab", piece) == "!|ab|");
    CHECK(lines_of("1234567890", piece) == "!|");
    CHECK(lines_of(std::string_view("\0\n\xff", 3), piece) == std::string("\0|\xff|", 4));
  }
}
