// parley at a pseudo-terminal, whose server goes and comes back.

#include <doctest/doctest.h>
#include <signal.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/integration/fake_server.hpp"
#include "tests/integration/parley_program.hpp"
#include "tests/support/parleyd.hpp"
#include "tests/support/pseudo_terminal.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

/// parley at a terminal, registered as alice, its prompt on the screen.
class LostChat {
 public:
  explicit LostChat(std::vector<std::string> options = {}, Where where = Where::here())
      : terminal(parley_path(), server.arguments(std::move(options)), {}, where),
        session(server.accept_user("alice", where)) {
    terminal.wait_for_screen("alice>", where);
  }

  void close_session() {
    session.to_send.close();
    session.to_recv.close();
  }

  void accept_again(Where where = Where::here()) {
    session = server.accept_user("alice", where);
    terminal.wait_for_screen("Connected again; you are alice.", where);
  }

  FakeServer server;
  PseudoTerminal terminal;
  FakeSession session;
};

TEST_CASE("the server goes: that is said, it is tried again, and the half-typed line stays") {
  LostChat chat;
  chat.terminal.type_and_wait("@bob half a", "alice> @bob half a");
  chat.close_session();
  chat.terminal.wait_for_screen("Connection lost: the server closed the connection; trying to");
  chat.terminal.wait_for_screen("alice (offline)> @bob half a\n");
  chat.accept_again();
  chat.terminal.wait_for_screen("\nalice> @bob half a\n");
  chat.terminal.type(" line\r");
  chat.session.expect_send("bob", "half a line");
}

TEST_CASE("a line that had no answer is not sent again, and is told; what waited behind it is sent") {
  LostChat chat;
  chat.terminal.type("@bob one\rtwo\r");
  chat.session.to_send.expect(send_frame("bob", "one"));
  chat.terminal.wait_for_screen(" → bob: two\n");
  chat.close_session();
  chat.terminal.wait_for_screen(" → bob: one ? perhaps delivered: the connection was");
  chat.terminal.type_and_wait("three\r", " → bob: three (kept until the server is back)\n");
  chat.accept_again();
  chat.session.expect_send("bob", "two");
  chat.session.expect_send("bob", "three");
  chat.terminal.wait_for_screen("✓ bob: \"three\"\n");
}

TEST_CASE("a name that is still held there is asked for again, on the same sockets") {
  LostChat chat;
  chat.close_session();
  chat.session = chat.server.accept();
  chat.session.to_send.expect(register_frame("TOSEND", "alice"));
  chat.session.to_send.send("ERROR 100 Username already taken\n\n");
  chat.terminal.wait_for_screen("refused: somebody has it already");
  chat.session.to_send.accept_registration("TOSEND", "alice");
  chat.session.to_recv.accept_registration("TORECV", "alice");
  chat.terminal.wait_for_screen("Connected again; you are alice.");
  chat.terminal.type("@bob hi\r");
  chat.session.expect_send("bob", "hi");
}

TEST_CASE("OD12.5: whom somebody at the server does not want is told so, and does not come again") {
  for (const std::string sentence :
       {"The operator has removed you.", "The operator has removed you: no flooding",
        "The operator has banned you.", "Your name was given to somebody else."}) {
    CAPTURE(sentence);
    LostChat chat;
    chat.terminal.type("@bob one\rtwo\r");
    chat.session.to_send.expect(send_frame("bob", "one"));
    chat.terminal.wait_for_screen(" → bob: two\n");
    chat.session.forward("bob", "the last line");
    chat.session.to_recv.send("ERROR 100 " + sentence + "\n\n");
    chat.session.to_send.send("ERROR 100 " + sentence + "\n\n");
    chat.close_session();
    chat.terminal.wait_for_screen("\n" + sentence + "\n");
    chat.terminal.wait_for_screen("not sent to bob: two");
    CHECK(chat.terminal.wait() == Exit{3});
  }
}

TEST_CASE("OD12.5: who was banned while it was away stops trying; who meets a server that empties tries on") {
  LostChat chat;
  chat.close_session();
  chat.session = chat.server.accept();
  chat.session.to_send.expect(register_frame("TOSEND", "alice"));
  chat.session.to_send.send("ERROR 102 The server takes nobody new any more\n\n");
  chat.close_session();
  chat.terminal.wait_for_screen("The server takes nobody new any more (trying on)");
  chat.session = chat.server.accept();
  chat.session.to_send.expect(register_frame("TOSEND", "alice"));
  chat.session.to_send.send("ERROR 100 The operator has banned this name\n\n");
  chat.terminal.wait_for_screen("(100 The operator has banned this\nname)\n");
  CHECK(chat.terminal.wait() == Exit{3});
}

TEST_CASE("an error that only begins as the operator's words do is none of them") {
  LostChat chat;
  chat.session.to_send.send(
      "ERROR 100 The operator has removed your hat\n\nERROR 102 The operator has banned you.\n\n");
  chat.terminal.wait_for_screen("has removed your hat\n");
  chat.terminal.wait_for_screen("has banned you.\nalice>");
  chat.terminal.type("@bob hi\r");
  chat.session.expect_send("bob", "hi");
}

TEST_CASE("leaving without a server: what was not sent is told") {
  LostChat chat;
  chat.close_session();
  chat.terminal.wait_for_screen("alice (offline)>");
  chat.terminal.type_and_wait("@bob never\r", "kept until");
  chat.terminal.type("/quit\r");
  chat.terminal.wait_for_screen("not sent to bob: never");
  CHECK(chat.terminal.wait() == Exit{4});
}

TEST_CASE("leaving while a server that says nothing is tried") {
  LostChat chat;
  chat.close_session();
  FakeSession silent = chat.server.accept();
  silent.to_send.expect(register_frame("TOSEND", "alice"));
  chat.terminal.type("\x04");
  silent.to_send.expect_end();
  CHECK(chat.terminal.wait() == Exit{4});
}

TEST_CASE("a server that is slow to answer is told of; --answer-timeout ends the waiting") {
  FakeServer server;
  PseudoTerminal terminal(parley_path(), server.arguments({"--answer-timeout", "2"}));
  FakeSession session = server.accept();
  terminal.wait_for_screen("connecting to 127.0.0.1 port " + server.port() + " ...");
  session.to_send.accept_registration("TOSEND", "alice");
  session.to_recv.accept_registration("TORECV", "alice");
  terminal.wait_for_screen("alice>");
}

TEST_CASE("parleyd is killed, then stopped: the two read differently, and it goes on") {
  auto server = std::make_unique<Parleyd>();
  const std::string port = std::to_string(server->endpoint().port);
  PseudoTerminal alice(parley_path(), {"alice", "--port", port});
  alice.wait_for_screen("alice>");
  server->process().signal(SIGKILL);
  (void)server->process().wait();
  alice.wait_for_screen("Connection lost: ");
  server = std::make_unique<Parleyd>(std::vector<std::string>{"--port", port});
  alice.wait_for_screen("Connected again; you are alice.");
  alice.type_and_wait("@alice to myself\r", " alice: to myself");
  server->stop();
  alice.wait_for_screen("The server has ended the connection; trying to connect again");
}

}  // namespace
}  // namespace parley::test
