// What the user sees: the lines of a pipe, the lines at a terminal, the names that Tab offers.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "client/appearance.hpp"
#include "client/names_seen.hpp"
#include "client/pipe_output.hpp"
#include "tests/unit/seen_names.hpp"

using namespace parley::client;
using parley::test::seen;

namespace {

const Display plain{false, true};
const Display colored{true, true};
const Display ascii{false, false};

std::time_t at(int hour, int minute) {
  std::tm time{};
  time.tm_year = 2026 - 1900;
  time.tm_mday = 1;
  time.tm_hour = hour;
  time.tm_min = minute;
  time.tm_isdst = -1;
  return std::mktime(&time);
}

std::string at_terminal(const ClientEvent& event, const Display& display = plain) {
  return describe(event, at(9, 5), display);
}

std::string join(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += name + " ";
  return out;
}

}  // namespace

TEST_CASE("the lines of a pipe") {
  CHECK(registered_line("alice") == "registered alice\n");
  CHECK(refused_line("bob", {100, "Username already taken"}) == "refused bob 100 Username already taken\n");
  CHECK(invalid_line(3, "say it so") == "invalid 3 say it so\n");
  CHECK(event_line(Message{"bob", "hi there"}) == "message bob hi there\n");
  CHECK(event_line(Message{"bob", ""}) == "message bob \n");
  CHECK(event_line(Outcome{"bob", true, 0, "", false}) == "sent bob\n");
  CHECK(event_line(Outcome{"ALL", false, 102, "Unable to send", false}) == "failed ALL 102 Unable to send\n");
  CHECK(event_line(Outcome{"bob", true, 0, "", true}) == "late-sent bob\n");
  CHECK(event_line(Outcome{"", false, 102, "Unable to send", true}) == "late-failed - 102 Unable to send\n");
  CHECK(event_line(Strange{"HELLO"}) == "strange HELLO\n");
  CHECK(event_line(Lost{"gone"}) == "lost gone\n");
  CHECK(event_line(Waiting{"bob"}).empty());
}

TEST_CASE("C5 in a pipe a message is one line and can be undone; a name is one word") {
  CHECK(event_line(Message{"bob", "a\nb\\n\x1b[31m\xff"}) == "message bob a\\nb\\\\n\\x1b[31m\\xff\n");
  CHECK(event_line(Message{"a b\n", "x"}) == "message a\\x20b\\n x\n");
  CHECK(event_line(Message{"", "x"}) == "message - x\n");
  CHECK(event_line(Outcome{"b", false, 1, "no\nlost y", false}) == "failed b 1 no\\nlost y\n");
}

TEST_CASE("the lines at a terminal") {
  CHECK(at_terminal(Message{"bob", "C:\\dir \xc3\xa9"}) == "09:05 bob: C:\\dir \xc3\xa9");
  CHECK(at_terminal(Message{"bob", "x", Message::Audience::you}) == "09:05 bob ▸ you: x");
  CHECK(at_terminal(Message{"bob", "x", Message::Audience::all}, ascii) == "09:05 bob > all: x");
  CHECK(at_terminal(Lost{"gone"}) == "Connection lost: gone");
}

TEST_CASE("one's own lines, and the marks behind them") {
  CHECK(describe_own("bob", "lunch?", at(9, 5), plain) == "09:05 → bob: lunch?");
  CHECK(describe_own("bob", "a\nb", at(9, 5), ascii) == "09:05 -> bob: a\r\n      | b");
  CHECK(describe_mark(Outcome{"bob", true, 0, "", false}, plain) == "✓");
  CHECK(describe_mark(Outcome{"bob", true, 0, "", false}, ascii) == "+");
  const auto why = [](const std::string& name, int code, bool slow = false) {
    return describe_mark(Outcome{name, false, code, "x", false, slow}, plain);
  };
  CHECK(why("bob", 102) == "✗ bob is not here (102 x)");
  CHECK(why("bob", 102, true) == "✗ bob did not answer in time (102 x)");
  CHECK(why("ALL", 102) == "✗ not delivered to everybody, or nobody else is here (102 x)");
  CHECK(why("bob", 103) == "✗ bob's program could not read it (103 x)");
  CHECK(why("bob", 7) == "✗ not delivered to bob (7 x)");
  CHECK(why("bob", 0) == "? perhaps delivered: x");
}

TEST_CASE("a tab in a message shows as blanks up to the next column") {
  CHECK(at_terminal(Message{"bob", "\tx\n1234567\ty\n12345678\tz"}) ==
        "09:05 bob:         x\r\n      │ 1234567 y\r\n      │ 12345678        z");
}

TEST_CASE("why a name was refused, and what the server said of it") {
  const auto refusal = [](std::string_view name, int code) {
    return describe_refusal(name, {code, "Malformed username"}, plain);
  };
  CHECK(refusal("al", 100) ==
        "The name al was refused: somebody has it already, or this server does not "
        "allow it (100 Malformed username)");
  CHECK(refusal("al_", 100) ==
        "The name al_ was refused: the name may have letters A-Z a-z and digits, at most 32 (100 Malformed "
        "username)");
  CHECK(refusal("Server", 100) ==
        "The name Server was refused: it means something else here (100 Malformed username)");
  CHECK(refusal("al", 102) == "The name al was refused (102 Malformed username)");
  CHECK(refusal("a b", 0) == "The name a b was refused: Malformed username");
}

TEST_CASE(
    "the lines of a message are lines with a gutter, which no other line begins with; what was typed is as "
    "typed") {
  CHECK(at_terminal(Message{"bob", "one\ntwo\r\n\nfour"}) ==
        "09:05 bob: one\r\n      │ two\r\n      │ \r\n      │ four");
  CHECK(at_terminal(Message{"bob", "one\\ntwo"}) == "09:05 bob: one\\ntwo");
  CHECK(at_terminal(Message{"bob", "one\n"}) == "09:05 bob: one");
  CHECK(at_terminal(Message{"bob", "\n"}) == "09:05 bob: ");
  CHECK(at_terminal(Message{"bob", "a\rb\n\x1b[A"}) == "09:05 bob: a\\rb\r\n      │ \\x1b[A");
  CHECK(at_terminal(Message{"bob", "a\nb"}, ascii) == "09:05 bob: a\r\n      | b");
}

TEST_CASE("a message of very many lines goes on in one") {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "x\n";
  const std::string lines = at_terminal(Message{"bob", text});
  CHECK(std::ranges::count(lines, '\n') == 499);
  CHECK(lines.ends_with("x\\nx\\n"));
}

TEST_CASE("eight colours are bright by being bold") {
  const Display eight{true, true, false};
  for (const auto* const name : {"alice", "bob", "carol", "dave", "erin"}) {
    const std::string color(color_of(name));
    const std::string expected = color.starts_with('9') ? "1;3" + color.substr(1) : color;
    CHECK(styled_name(name, eight) == "\x1b[" + expected + "m" + name + "\x1b[0m");
  }
}

TEST_CASE("C5 nothing that others send drives the terminal") {
  const std::string hostile = "\x1b[2J\x9b\xc2\x9b\r\n\a\x7f";
  for (const ClientEvent& event :
       {ClientEvent(Message{hostile, hostile}), ClientEvent(Strange{hostile}), ClientEvent(Lost{hostile})}) {
    std::string line = at_terminal(event);
    // Of a message's line end, with its gutter.
    if (const auto at = line.find("\r\n      │ "); at != std::string::npos) line.erase(at, 2);
    for (const char c : line) CHECK(static_cast<unsigned char>(c) >= 0x20);
    CHECK(line.find('\x7f') == std::string::npos);
    CHECK(line.find("\xc2\x9b") == std::string::npos);
  }
  CHECK(describe_refusal(hostile, {1, hostile}, plain).find('\x1b') == std::string::npos);
  const Outcome outcome{hostile, false, 1, hostile, true};
  for (const std::string& text : {describe_mark(outcome, plain), describe_mark(outcome, "", at(9, 5), plain),
                                  describe_own(hostile, hostile, at(9, 5), plain)})
    CHECK(text.find_first_of("\x1b\x7f\a") == std::string::npos);
}

TEST_CASE("a name has one colour, always the same, in any case") {
  CHECK(color_of("alice") == color_of("ALICE"));
  CHECK(color_of("alice") == "36");  // of every version and machine
  CHECK(color_of("alice") != color_of("bob"));
  CHECK(styled_name("bob", plain) == "bob");
  CHECK(styled_name("bob", colored) == "\x1b[" + std::string(color_of("bob")) + "mbob\x1b[0m");
  CHECK(at_terminal(Message{"bob", "x"}, plain).find('\x1b') == std::string::npos);
}

TEST_CASE("Tab knows the names that were seen, the last one first") {
  NamesSeen names = seen({"alice", "bob", "Bert", "carol"});
  CHECK(join(names.starting_with("")) == "carol Bert bob alice ALL ");
  CHECK(join(names.starting_with("B")) == "Bert bob ");
  CHECK(join(names.starting_with("a")) == "alice ALL ");
  CHECK(join(names.starting_with("x")).empty());
  names.add("BOB");
  CHECK(join(names.starting_with("b")) == "BOB Bert ");
}

TEST_CASE("what cannot be typed as a recipient is not offered, and no more than max_names are kept") {
  NamesSeen names = seen({"al ice", "b\x1bob", "", "c:", "ALL", "all"});
  CHECK(join(names.starting_with("")) == "ALL ");
  for (std::size_t i = 0; i <= NamesSeen::max_names; ++i) names.add("n" + std::to_string(i));
  CHECK(names.starting_with("n").size() == NamesSeen::max_names);
  CHECK(join(names.starting_with("n0")).empty());
}
