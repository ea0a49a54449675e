#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "protocol/telnet.hpp"
#include "protocol/text.hpp"

namespace parley::telnet {
namespace {

using namespace std::string_literals;

constexpr std::size_t max_body_bytes = 64 * 1024;
const std::string shown_byte{replacement_character};

}  // namespace

TEST_CASE("TN3 the prompt, and its complaints") {
  CHECK(name_prompt == "Please enter your name: ");
  CHECK(to_prompt("A name is required.") == "A name is required. Please enter your name: ");
}

TEST_CASE("TN3.3 who is there") {
  const auto in_one = [](const std::vector<std::string>& names, std::size_t max_bytes) {
    const auto frames = online(names, max_bytes);
    REQUIRE(frames.size() == 1);
    return frames[0];
  };
  CHECK(in_one({"ann"}, max_body_bytes) == "1 user(s) online: ann\r\n");
  CHECK(in_one({"ann", "bob"}, max_body_bytes) == "2 user(s) online: ann, bob\r\n");
  CHECK(in_one({}, max_body_bytes) == "0 user(s) online: \r\n");
  CHECK(in_one({"ann", "bob", "cleo", "dora"}, 30) == "4 user(s) online: ann, bob, and 2 more\r\n");
}

TEST_CASE("TN6 a list of many names in frames of at most 4 KiB, and not without an end") {
  const std::vector<std::string> crowd(20'000, "somebody");
  std::string line;
  std::size_t bytes = 0;
  for (const std::string& frame : online(crowd, max_body_bytes)) {
    CHECK(frame.size() <= 4096);
    const bool ends_with_name = frame.ends_with("somebody, ") || frame.ends_with(" more\r\n");
    CHECK(ends_with_name);
    line += frame;
    bytes = std::max(bytes, frame.size());
  }
  CHECK(bytes > 4000);
  CHECK(line.size() <= max_body_bytes + 30);
  CHECK(line.size() > max_body_bytes - 30);
  CHECK(line.starts_with("20000 user(s) online: somebody, somebody, "));
  CHECK(line.ends_with(", and " + std::to_string(20'000 - (line.size() - 22 - 16) / 10) + " more\r\n"));

  const std::vector<std::string> all(1000, "somebody");
  std::string shown;
  for (const std::string& frame : online(all, max_body_bytes)) shown += frame;
  CHECK(shown.size() == std::string("1000 user(s) online: ").size() + 1000 * 10);
  CHECK(shown.ends_with("somebody, somebody\r\n"));
}

TEST_CASE("TN4.1 public and private lines, notices") {
  CHECK(public_lines("bob", "text", max_body_bytes) == "bob> text\r\n");
  CHECK(private_lines("bob", "text", max_body_bytes) == "[private] bob> text\r\n");
  CHECK(public_lines("Zo\xc3\xab", "", max_body_bytes) == "Zo\xc3\xab> \r\n");
  CHECK(arrived("bob") == "+++ bob arrived +++\r\n");
  CHECK(left("bob") == "--- bob left ---\r\n");
  CHECK(to_sentence("Nobody is called eve.") == "Nobody is called eve.\r\n");
}

TEST_CASE("TN4.2 each line of a text has its prefix") {
  for (const auto* end : {"\n", "\r\n", "\r"}) {
    CAPTURE(visible(end));
    const std::string text = "hi"s + end + "+++ eve arrived +++" + end;
    CHECK(public_lines("bob", text, max_body_bytes) == "bob> hi\r\nbob> +++ eve arrived +++\r\n");
    CHECK(private_lines("bob", text, max_body_bytes) ==
          "[private] bob> hi\r\n[private] bob> +++ eve arrived +++\r\n");
  }
  CHECK(public_lines("bob", "\n\na", max_body_bytes) == "bob> \r\nbob> \r\nbob> a\r\n");
}

TEST_CASE("TN4.2 nothing else can begin a line or drive a terminal") {
  CHECK(public_lines("bob", "a\v\f\x1b[2J\0\x7f"s, max_body_bytes) ==
        "bob> a\\x0b\\x0c\\x1b[2J\\x00\\x7f\r\n");
  CHECK(public_lines("bob",
                     "a\xc2\x85"
                     "b\xe2\x80\xa8"
                     "c\xe2\x80\xae",
                     max_body_bytes) == "bob> a\\xc2\\x85b\\u{2028}c\\u{202e}\r\n");
  CHECK(public_lines("bob", "caf\xe9 \xff", max_body_bytes) ==
        "bob> caf" + shown_byte + ' ' + shown_byte + "\r\n");
  CHECK(to_sentence("a\nb\xff") == "a\\nb" + shown_byte + "\r\n");
}

TEST_CASE("TN4.3 the longest text stays whole, and none grows much longer") {
  const std::string longest(max_body_bytes, 'x');
  CHECK(public_lines("bob", longest, max_body_bytes) == "bob> " + longest + "\r\n");
  CHECK(public_lines("bob", longest + 'x', max_body_bytes) == "bob> " + longest + " [cut]\r\n");
  const std::string name(32, 'n');
  for (const char c : {'\n', '\x01', '\xff', '\r'}) {
    const std::string lines = private_lines(name, std::string(max_body_bytes, c), max_body_bytes);
    CHECK(lines.size() <= max_body_bytes + 128);
    CHECK(lines.ends_with(" [cut]\r\n"));
  }
  CHECK(public_lines("bob", "caf\xc3\xa9", 4) == "bob> caf [cut]\r\n");
  CHECK(public_lines("bob", "caf\xc3\xa9\nhi", 5) == "bob> caf\xc3\xa9\r\nbob>  [cut]\r\n");
}

}  // namespace parley::telnet
