// parley as a job at its terminal: stopped and woken, told to end, left alone, slow.

#include <doctest/doctest.h>
#include <signal.h>

#include <string>
#include <thread>

#include "client/key_decoder.hpp"
#include "tests/integration/parley_program.hpp"
#include "tests/integration/terminal_chat.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

TEST_CASE("Ctrl-Z gives the terminal back to the shell, and fg goes on with the half-typed line") {
  FakeServer server;
  PseudoTerminal shell("/bin/bash", {"--norc", "--noprofile", "-i"}, {"PS1=shell$ ", "HISTFILE="});
  shell.wait_for_screen("shell$");
  shell.type(parley_path() + " alice --port " + server.port() + "\r");
  FakeSession session = server.accept_user("alice");
  shell.wait_for_screen("\nalice>");
  shell.type_and_wait("@bob half", "\nalice> @bob half\n");
  shell.type_and_wait("\x1a", "Stopped");
  shell.type_and_wait("echo in the $((1 + 1))nd\r", "\nin the 2nd\n");
  session.to_recv.send(forward_frame("carol", "meanwhile"));
  shell.type("fg\r");
  shell.wait_for_screen(" carol: meanwhile\nalice> @bob half\n");
  session.to_recv.expect(received_frame("carol"));
  shell.type("!\r");
  session.expect_send("bob", "half!");
}

TEST_CASE("where no shell could wake it again, Ctrl-Z does nothing") {
  Chat chat;
  chat.terminal.type_and_wait("@bob half", "alice> @bob half\n");
  chat.terminal.type_and_wait("\x1a!", "alice> @bob half!\n");
  chat.terminal.type("\r");
  chat.session.expect_send("bob", "half!");
}

TEST_CASE("keys that came while the terminal stood still are those that they would have been at once") {
  // Whatever keeps this test from running for longer than a sequence may take spoils a try, and not twenty.
  bool is_whole = false;
  for (int tries = 0; tries < 20 && !is_whole; ++tries) {
    Chat chat;
    chat.terminal.type_and_wait("@bob a", "alice> @bob a\n");
    chat.terminal.type("\x1b");
    chat.terminal.wait_until_keys_are_read();
    chat.terminal.stop_output();
    chat.session.forward("bob", "hi");
    chat.terminal.type("[5~b");
    std::this_thread::sleep_for(client::KeyDecoder::sequence_timeout + milliseconds(100));
    chat.terminal.resume_output();
    chat.terminal.wait_for_shown([](const std::string& shown) { return shown.ends_with("b\n"); }, "the key");
    is_whole = chat.terminal.shown().ends_with("\nalice> @bob ab\n");
  }
  CHECK(is_whole);
}

TEST_CASE("Ctrl-C is heard however many keys wait") {
  Chat chat;
  std::string typed;
  for (int i = 0; i < 4000; ++i) typed += "@bob line\r";
  chat.terminal.type(typed);
  chat.terminal.wait_for_screen("lines wait for the server, so keys");
  chat.terminal.wait_until_keys_are_read();
  chat.terminal.type("\x03");
  wait_until([&] { return chat.terminal.is_in_line_mode(); }, "the end of typing");
  chat.terminal.type("\x03");  // for the answers nobody waits, either
  CHECK(chat.terminal.wait() == Exit{-1, SIGINT});
}

TEST_CASE("SIGTERM ends it, though the terminal takes nothing that it writes") {
  Chat chat;
  chat.terminal.stop_output();
  SUBCASE("with a message to be shown") {
    chat.session.forward("bob", "unseen");
  }
  SUBCASE("with nothing") {}
  chat.terminal.signal(SIGTERM);
  expect_exit(chat.terminal, 0);
}

TEST_CASE("when the terminal is closed and the server silent, it does not stay for long") {
  Chat chat;
  chat.terminal.type("@bob one\rtwo\rthree\r");
  chat.session.to_send.expect(send_frame("bob", "one"));
  chat.terminal.hang_up();
  CHECK(chat.terminal.wait() == Exit{0});
}

TEST_CASE("when the terminal is closed, what was typed is sent all the same") {
  Chat chat;
  chat.terminal.type("@bob one\rtwo\r");
  chat.session.to_send.expect(send_frame("bob", "one"));
  chat.terminal.wait_until_keys_are_read();
  chat.terminal.hang_up();
  chat.session.to_send.send(sent_frame("bob"));
  chat.session.expect_send("bob", "two");
  CHECK(chat.terminal.wait() == Exit{0});
}

}  // namespace
}  // namespace parley::test
