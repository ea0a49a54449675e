// parley at a pseudo-terminal: what keys and pastes do, also while messages come in fast.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "tests/integration/terminal_chat.hpp"
#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

/// So many messages in one piece, in the middle of what the test does.
void flood(Chat& chat, int count) {
  std::string frames;
  for (int i = 0; i < count; ++i) {
    frames += forward_frame("carol", "message " + std::to_string(i));
  }
  chat.session.to_recv.send(frames);
}

std::string lines(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i) text += "line " + std::to_string(i) + "\r";
  return text;
}

std::string with_line_feeds(std::string text) {
  for (char& c : text)
    if (c == '\r') c = '\n';
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

TEST_CASE("keys that are not bound do nothing, words are moved over") {
  Chat chat;
  for (const bool busy : {false, true}) {
    if (busy) flood(chat, 100);
    chat.terminal.type("@bob one \x1b[5~\x1bOP\x1b[15~\x1b[6~\x1b[1;2P\x1b[[A\x1b[I\x1b[O\x1bxtwo three");
    chat.terminal.type("\x1b[1;5D\x1b[1;5D\x1bOd.\x1b[1;5C!\r");
    chat.session.expect_send("bob", ".one! two three");
  }
}

TEST_CASE("a character is moved over and erased whole, and the line stands as it would without") {
  Chat chat;
  const std::string family = "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9";
  const std::string accent = "e\xcc\x81";
  const std::string flag = "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa";
  const std::string hangul = "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab";
  chat.terminal.type_and_wait("@bob " + accent + "\xe2\x9d\xa4\xef\xb8\x8f" + flag + "\xe6\x97\xa5",
                              "@bob " + accent);
  chat.terminal.type("\x7f\x7f\x7fx");
  chat.terminal.wait_for_screen("@bob " + accent + "x\n");
  chat.terminal.type(family + hangul + "\x7f\x7f" + flag + flag + "\x02\x02\x04y");
  chat.terminal.type("\x1b[Dz\r");
  chat.session.expect_send("bob", accent + "xzy" + flag);
}

TEST_CASE(
    "a short paste is text that can be edited: tabs, blank lines and line ends are kept, nothing is sent") {
  Chat chat;
  for (const bool busy : {false, true}) {
    if (busy) flood(chat, 100);
    chat.terminal.type("@bob " + paste_begin + "one\r\r\ttwo\r" + paste_end);
    chat.terminal.wait_for_screen("> @bob one\n  │\n  │     two\n");
    chat.terminal.type("!\r");
    chat.session.expect_send("bob", "one\n\n\ttwo!");
  }
}

TEST_CASE("a long paste is asked about once: all of it is sent as one message, or nothing") {
  Chat chat;
  chat.terminal.type_and_wait("@bob half ", "> @bob half");
  chat.terminal.type_and_wait(paste_begin + lines(30) + paste_end,
                              "Send all 30 lines to bob as one message? (y/n)");
  flood(chat, 50);
  chat.terminal.wait_for_screen("message 49\nSend all 30 lines to bob as one message? (y/n)\n");
  SUBCASE("nothing") {
    chat.terminal.type_and_wait("n", "message 49\nalice> @bob half\n");
    chat.terminal.type("done\r");
    chat.session.expect_send("bob", "half done");
  }
  SUBCASE("Escape is no, too") {
    chat.terminal.type_and_wait("\x1b", "message 49\nalice> @bob half\n");
  }
  SUBCASE("all") {
    chat.terminal.type("y");
    chat.session.expect_send("bob", "half " + with_line_feeds(lines(30)));
    chat.terminal.wait_for_screen(" → bob: half line 1\n      │ line 2\n");
    chat.terminal.wait_for_screen("      │ line 30 ✓\nalice → bob>");
  }
}

TEST_CASE("a long paste without a recipient is not taken, and that is said") {
  Chat chat;
  chat.terminal.type_and_wait(paste_begin + lines(6) + paste_end,
                              "nothing of the 6 lines was pasted: the line");
  chat.terminal.type("@bob hi\r");
  chat.session.expect_send("bob", "hi");
}

TEST_CASE("what is typed while parley connects is read like what is typed later") {
  FakeServer server;
  PseudoTerminal terminal(parley_path(), server.arguments());
  FakeSession session = server.accept();
  session.to_send.expect(register_frame("TOSEND", "alice"));
  terminal.type_and_wait("@bob one\r@bob two\r@bob th", "@bob th");  // echoed by the terminal
  session.to_send.send("REGISTERED TOSEND alice\n\n");
  session.to_recv.accept_registration("TORECV", "alice");
  session.expect_send("bob", "one");
  session.expect_send("bob", "two");
  terminal.wait_for_screen("> @bob th\n");
  terminal.type("ree\r");
  session.expect_send("bob", "three");
}

TEST_CASE("Alt-Enter and Ctrl-J begin a new line of the same message") {
  Chat chat;
  chat.terminal.type("@bob one\x1b\rtwo\nthree\r");
  chat.session.expect_send("bob", "one\ntwo\nthree");
  chat.terminal.wait_for_screen(" → bob: one\n      │ two\n      │ three ✓\n");
}

TEST_CASE("of 300 lines that come at once none is lost: when 100 wait, keys wait") {
  Chat chat;
  std::string typed;
  for (int i = 0; i < 300; ++i) typed += "@bob line " + std::to_string(i) + "\r";
  flood(chat, 100);
  chat.terminal.type(typed);
  for (int i = 0; i < 300; ++i) {
    // One is on its way, and 100 wait.
    chat.terminal.wait_for_screen(" → bob: line " + std::to_string(std::min(i + 100, 299)) + "\n");
    if (i < 100) CHECK(chat.terminal.screen().find("line " + std::to_string(i + 150)) == std::string::npos);
    chat.session.expect_send("bob", "line " + std::to_string(i));
  }
  chat.terminal.wait_for_screen(" → bob: line 299");
  const std::string screen = chat.terminal.screen();
  const auto told = screen.find("100 lines wait for the server, so keys wait, too");
  CHECK(told != std::string::npos);
  CHECK(screen.find("keys wait", told + 40) == std::string::npos);
}

TEST_CASE("Tab lists what there is to choose from, and completes commands and names anywhere") {
  Chat chat;
  chat.session.forward("carol", "1");
  chat.session.forward("casper", "2");
  chat.terminal.wait_for_screen(" casper: 2");
  chat.terminal.type_and_wait("c\t", "> @ca\n");
  chat.terminal.type_and_wait("\t", "  @casper   @carol\nalice> @casper\n");
  chat.terminal.type("\thi cas\t!\r");
  chat.session.expect_send("carol", "hi casper !");
  chat.terminal.type("/q\t\r");
  expect_exit(chat.terminal, 0);
}

TEST_CASE("the arrows keep the line that is new; Ctrl-R finds an older one, and sends nothing by itself") {
  Chat chat;
  for (const auto* const text : {"apples", "bananas", "apples and pears"}) {
    chat.terminal.type("@bob " + std::string(text) + "\r");
    chat.session.expect_send("bob", text);
  }
  chat.terminal.type_and_wait("@bob new", "> @bob new\n");
  chat.terminal.type_and_wait("\x1b[A\x1b[A", "> @bob bananas\n");
  chat.terminal.type_and_wait("\x1b[B\x1b[B", "> @bob new\n");
  flood(chat, 20);
  chat.terminal.type_and_wait(
      "\x12"
      "APP",
      "(search) APP: @bob apples and pears\n");
  chat.terminal.type_and_wait("\x12", "(search) APP: @bob apples\n");
  SUBCASE("taken") {
    chat.terminal.type_and_wait("\r", "> @bob apples\n");
    chat.terminal.type("!\r");
    chat.session.expect_send("bob", "apples!");
  }
  SUBCASE("given up") {
    chat.terminal.type_and_wait("\a", "> @bob new\n");
    chat.terminal.type("er\r");
    chat.session.expect_send("bob", "newer");
  }
}

TEST_CASE("the history of a server is there in the next run, unless --no-history was said") {
  TemporaryDirectory state;
  const std::string variable = "XDG_STATE_HOME=" + state.path().string();
  FakeServer server;
  const auto run = [&](std::vector<std::string> options, const std::string& key,
                       const std::string& expected) {
    PseudoTerminal terminal(parley_path(), server.arguments(std::move(options)), {variable});
    FakeSession session = server.accept_user("alice");
    terminal.wait_for_screen("alice>");
    terminal.type(key);
    session.expect_send("bob", expected);
    terminal.type("/quit\r");
    expect_exit(terminal, 0);
  };
  run({"--no-history"}, "@bob secret\r", "secret");
  CHECK(std::filesystem::is_empty(state.path()));
  run({}, "@bob one\rx\x15", "one");
  run({}, "\x1b[A\x1b[A again\r", "one again");
}

}  // namespace
}  // namespace parley::test
