// parley at a pseudo-terminal whose window changes: no row is left over, none is lost.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/integration/terminal_chat.hpp"
#include "tests/support/contains.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

constexpr std::size_t rows = 20;

/// The prompt and the line in rows of so many columns.
std::string in_rows(std::string text, std::size_t columns) {
  std::string out;
  for (; text.size() > columns; text.erase(0, columns)) out += text.substr(0, columns) + "\n";
  return out + text + "\n";
}

TEST_CASE("a line of one row stands in its place at any width, and so does what is above it") {
  Chat chat;
  chat.session.forward("bob", "hello");
  chat.terminal.type_and_wait("@bob half", "bob: hello\nalice> @bob half\n");
  for (const std::size_t columns : {40U, 100U, 20U, 60U}) {
    CAPTURE(columns);
    chat.terminal.resize(rows, columns);
    chat.terminal.type_and_wait("x\x7f", "bob: hello\nalice> @bob half\n");
    CHECK(count_of(chat.terminal.shown(), "alice>") == 1);
  }
}

TEST_CASE("a line of many rows stands there once at any width, with the messages above it") {
  Chat chat;
  chat.session.forward("bob", "hello");
  const std::string line = "@bob " + std::string(50, 'x') + "y" + std::string(80, 'z');
  chat.terminal.type_and_wait(line, "zzz\n");
  for (int i = 0; i < 10; ++i) chat.terminal.type("\x1b[D");
  for (const std::size_t columns : {20U, 40U, 100U, 20U, 100U, 60U}) {
    CAPTURE(columns);
    chat.terminal.resize(rows, columns);
    const std::string wanted = "bob: hello\n" + in_rows("alice> " + line, columns);
    chat.terminal.wait_for_shown(
        [&](const std::string& shown) {
          return count_of(shown, wanted) == 1 && count_of(shown, "alice>") == 1 &&
                 count_of(shown, "hello") == 1 && count_of(shown, "y") == 2;  // of "says", too
        },
        "everything once, the line in rows of " + std::to_string(columns));
  }
  chat.terminal.type("!\r");
  chat.session.expect_send("bob", line.substr(5, 121) + "!" + line.substr(126));
}

TEST_CASE("so it is while messages come in") {
  Chat chat;
  const std::string line = "@bob " + std::string(100, 'x');
  chat.terminal.type_and_wait(line, "xxx\n");
  int number = 0;
  for (const std::size_t columns : {20U, 40U, 100U, 20U, 100U, 60U}) {
    CAPTURE(columns);
    std::string frames;
    for (int i = 0; i < 40; ++i) {
      frames += forward_frame("carol", "message " + std::to_string(++number));
    }
    chat.session.to_recv.send(frames);
    chat.terminal.resize(rows, columns);
    const std::string last =
        " " + std::to_string(number) + "\n";  // the end of a message, wherever it is wrapped
    const std::string wanted = last + in_rows("alice> " + line, columns);
    chat.terminal.wait_for_shown(
        [&](const std::string& shown) {
          return count_of(shown, wanted) == 1 && count_of(shown, "alice>") == 1 && count_of(shown, last) == 1;
        },
        "the last message once, and the line in rows of " + std::to_string(columns));
  }
}

TEST_CASE("a line that is higher than the window is seen around its cursor") {
  Chat chat;
  chat.terminal.resize(5, 20);
  const std::string text = "@bob " + std::string(60, 'a') + std::string(60, 'b') + std::string(60, 'c');
  chat.terminal.type_and_wait(text, "cccc\n");
  CHECK(count_of(chat.terminal.shown(), "\n") == 5);
  chat.terminal.type("\x01");
  chat.terminal.wait_for_shown(in_rows("alice> @bob " + std::string(60, 'a') + std::string(28, 'b'), 20));
  chat.terminal.type("!\r");
  chat.terminal.type("@bob two\r");
  chat.session.to_send.send("");
  chat.terminal.type("\x15");
  chat.terminal.wait_for_screen("not sent: ");
  chat.session.expect_send("bob", "two");
}

TEST_CASE("the window may be of one column, or of one row") {
  Chat chat;
  chat.terminal.type("@bob ab");
  chat.terminal.resize(4, 1);
  chat.terminal.type("\x1b[D.\x1b[A\x1b[B");
  chat.terminal.resize(1, 30);
  chat.terminal.type_and_wait("cd\r", "");
  chat.session.expect_send("bob", "a.cdb");
}

TEST_CASE("at a terminal that cannot move its cursor the line is one row, seen around its cursor") {
  for (const auto* const term : {"TERM=dumb", "TERM=unknown", "TERM=no-such-terminal", "TERM="}) {
    CAPTURE(term);
    Chat chat({}, {term});
    const std::string text = std::string(70, 'x') + "y";
    chat.terminal.type_and_wait("@bob " + text, std::string(57, 'x') + "y\n");
    chat.session.forward("bob", "hello");
    chat.terminal.wait_for_screen("bob: hello\n" + std::string(57, 'x') + "y\n");
    chat.terminal.type("\x01\x1b[C");
    chat.terminal.wait_for_shown("You are alice. Write @name message; /help says more.\n" +
                                 chat.terminal.shown().substr(53, 5) + " bob: hello\nalice> @bob " +
                                 std::string(47, 'x') + "\n");
    chat.terminal.type("\x04\x04\x04p\x05!\r");
    CHECK(chat.terminal.bytes().find('\x1b') == std::string::npos);
    chat.session.expect_send("p", text + "!");
  }
}

TEST_CASE("colours are those that terminfo names") {
  const auto name_in = [](const char* term) {
    Chat chat({}, {term});
    chat.session.forward("erin", "hi");
    chat.terminal.wait_for_screen("erin");
    chat.terminal.wait_for_bytes(": hi");
    return chat.terminal.bytes();
  };
  CHECK(name_in("TERM=vt100").find("\x1b[0m") == std::string::npos);
  for (const auto* const term : {"TERM=xterm-256color", "TERM=screen", "TERM=xterm-of-the-future"})
    CHECK_MESSAGE(name_in(term).find("merin\x1b[0m") != std::string::npos, term);
}

}  // namespace
}  // namespace parley::test
