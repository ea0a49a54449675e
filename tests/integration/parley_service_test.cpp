// parley at a pseudo-terminal, and SERVER on a server that the test plays.

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/integration/fake_server.hpp"
#include "tests/integration/parley_program.hpp"
#include "tests/support/parleyd.hpp"
#include "tests/support/process.hpp"
#include "tests/support/pseudo_terminal.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

std::string forward_to(const std::string& audience, const std::string& sender, const std::string& text) {
  return "FORWARD " + sender + "\nAudience: " + audience +
         "\nContent-length: " + std::to_string(text.size()) + "\n\n" + text;
}

/// What parley remembers is in a folder of the test's own.
class Chats {
 public:
  /// alice at a terminal, registered.
  void start(std::vector<std::string> options = {}, Where where = Where::here()) {
    terminal.reset();
    terminal = std::make_unique<PseudoTerminal>(
        parley_path(), server.arguments(std::move(options)),
        std::vector<std::string>{"XDG_STATE_HOME=" + state.path().string()}, where);
    session = std::make_unique<FakeSession>(server.accept_user("alice", where));
    terminal->wait_for_screen("alice>", where);
  }

  /// The question comes, and is answered.
  void answer(const std::string& question, const std::string& body, Where where = Where::here()) {
    session->expect_send("SERVER", question, where);
    session->forward("SERVER", body, where);
  }

  /// Shows that nothing else was sent before.
  void fence(Where where = Where::here()) {
    terminal->type("@bob fence\r", where);
    session->expect_send("bob", "fence", where);
  }

  FakeServer server;
  TemporaryDirectory state;
  std::unique_ptr<PseudoTerminal> terminal;
  std::unique_ptr<FakeSession> session;
};

const std::string two_here =
    "who 1/1, 2 here\nalice two-socket General 2026-11-26T20:31:05Z\ncarol telnet Kitchen "
    "2026-11-26T20:31:05Z";

TEST_CASE(
    "/who asks SERVER; from then on arrivals are told and private lines marked, at the next start, too") {
  Chats chats;
  chats.start();
  chats.fence();
  chats.terminal->type("/who\r");
  chats.answer("who", two_here);
  chats.terminal->wait_for_screen("  2 here\n  alice  two-socket, General, since");
  chats.terminal->wait_for_screen("  carol  telnet, Kitchen, since");
  chats.answer("features audience", "features on: audience");
  chats.answer("notices on", "notices on");
  chats.session->forward("SERVER", "dave and eve came");
  chats.terminal->wait_for_screen(" dave and eve came\n");
  CHECK(chats.terminal->screen().find("SERVER") == std::string::npos);

  chats.start();
  chats.answer("features audience", "features on: audience");
  chats.answer("notices on", "notices on");
  chats.answer("who", two_here);
  chats.session->to_recv.send(forward_to("alice", "bob", "psst") + forward_to("ALL", "carol", "hello"));
  chats.session->to_recv.expect(received_frame("bob") + received_frame("carol"));
  chats.terminal->wait_for_screen(" bob ▸ you: psst\n");
  chats.terminal->wait_for_screen(" carol ▸ all: hello\n");
  chats.terminal->type("/r yes?\r@ca\thi\r");
  chats.session->expect_send("bob", "yes?");
  chats.session->expect_send("carol", "hi");
  CHECK(chats.terminal->screen().find("SERVER") == std::string::npos);
  CHECK(chats.terminal->screen().find(" here\n") == std::string::npos);
}

TEST_CASE("a server without SERVER is asked when the user wants to know, once, and told of") {
  Chats chats;
  chats.start();
  chats.fence();
  chats.terminal->type("@c\t");
  chats.session->to_send.expect(send_frame("SERVER", "who"));
  chats.session->to_send.send("ERROR 102 Unable to send\n\n");
  chats.terminal->type("\x15/who\r");
  chats.terminal->wait_for_screen("Who is here is not told. Heard of: bob");
  chats.terminal->type("@c\t\x15");
  chats.fence();
  CHECK(chats.terminal->screen().find("SERVER") == std::string::npos);
  chats.start();
  chats.fence();
}

TEST_CASE("--classic and a pipe never ask; a message from a user called SERVER is one") {
  Chats chats;
  chats.start({"--classic"});
  chats.terminal->type_and_wait("/who\r@x\t\x15", "Who is here is not told.");
  chats.session->forward("SERVER", "who 1/1, 0 here");
  chats.terminal->wait_for_screen("SERVER: who 1/1, 0 here");
  chats.fence();
  Process parley(parley_path(), chats.server.arguments());
  FakeSession session = chats.server.accept_user("alice");
  parley.write("@bob first\n");
  session.expect_send("bob", "first");
}

TEST_CASE("questions go before what waits, and are asked anew on a new connection") {
  Chats chats;
  chats.start();
  chats.terminal->type("/who\r");
  chats.answer("who", two_here);
  chats.answer("features audience", "features on: audience");
  chats.answer("notices on", "notices on");
  chats.session->to_send.close();
  chats.session->to_recv.close();
  chats.terminal->wait_for_screen("(offline)");
  chats.terminal->type_and_wait("@bob kept\r", "kept until");
  *chats.session = chats.server.accept_user("alice");
  chats.answer("features audience", "features on: audience");
  chats.answer("notices on", "notices on");
  chats.answer("who", two_here);
  chats.session->expect_send("bob", "kept");
}

}  // namespace
}  // namespace parley::test
