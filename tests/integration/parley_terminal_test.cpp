// parley at a pseudo-terminal, against a server that the test plays, and against parleyd.

#include <doctest/doctest.h>
#include <signal.h>

#include <string>
#include <vector>

#include "tests/integration/terminal_chat.hpp"
#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

TEST_CASE("a line that is half typed stays whole when a message comes in") {
  Chat chat;
  chat.terminal.type_and_wait("@bob half a", "alice> @bob half a");
  const std::size_t before = chat.terminal.bytes().size();
  chat.session.forward("bob", "knock knock");
  chat.terminal.wait_for_screen(" bob: knock knock\nalice> @bob half a\n");
  chat.terminal.wait_for_bytes("@bob half a", chat.terminal.bytes().find("knock", before));
  CHECK(chat.terminal.screen().find("half a") == chat.terminal.screen().rfind("half a"));
  chat.terminal.type(" line\r");
  chat.session.expect_send("bob", "half a line");
  chat.terminal.wait_for_screen(" → bob: half a line ✓\nalice → bob>");
}

TEST_CASE("so does one that fills several rows, with the cursor in its middle") {
  Chat chat;
  const std::string text = std::string(70, 'x') + "y" + std::string(69, 'z');
  chat.terminal.type_and_wait("@bob " + text, "y" + text.substr(71, 37) + "\n" + text.substr(108) + "\n");
  chat.terminal.type("\x01");  // to the line's beginning
  chat.terminal.wait_for_cursor(1, 7);
  for (int i = 0; i < 75; ++i) chat.terminal.type("\x1b[C");
  chat.terminal.wait_for_cursor(2, 7 + 75 - 60);
  chat.session.forward("bob", "one");
  chat.session.forward("bob", "two");
  // 7 columns of prompt, 5 of "@bob ", then rows of 60.
  const std::string rows =
      "alice> @bob " + text.substr(0, 48) + "\n" + text.substr(48, 60) + "\n" + text.substr(108) + "\n";
  chat.terminal.wait_for_screen(" bob: two\n" + rows);
  CHECK(chat.terminal.screen().find("alice> @bob") == chat.terminal.screen().rfind("alice> @bob"));
  chat.terminal.type("!\r");
  chat.session.expect_send("bob", std::string(70, 'x') + "!y" + std::string(69, 'z'));
}

TEST_CASE("a line that ends with its row is redrawn in its place") {
  Chat chat;
  const std::string text(48, 'x');  // fills the row of 60 to its end
  chat.terminal.type_and_wait("@bob " + text, text);
  chat.session.forward("bob", "one");
  chat.terminal.wait_for_screen("/help says more.\n");
  chat.terminal.wait_for_screen(" bob: one\nalice> @bob " + text + "\n");
  const std::string screen = chat.terminal.screen();
  CHECK_MESSAGE(screen.find("more.\n") + 6 == screen.find(" bob: one") - 5, screen);
}

TEST_CASE("messages are shown while an answer is awaited, and lines typed meanwhile go next") {
  Chat chat;
  chat.terminal.type("@bob one\r@carol two\r");
  chat.session.to_send.expect(send_frame("bob", "one"));
  chat.session.forward("dave", "meanwhile");
  chat.terminal.wait_for_screen(" dave: meanwhile");
  chat.session.to_send.send("ERROR 102 Unable to send\n\n");
  chat.terminal.wait_for_screen("✗ bob is not here: \"one\" (102 Unable to send)");
  chat.session.expect_send("carol", "two");
  chat.terminal.wait_for_screen("✓ carol: \"two\"\n");
}

TEST_CASE("C3: an answer that never comes is said") {
  Chat chat({"--answer-timeout", "0.3"});
  chat.terminal.type_and_wait("@bob one\r", "bob: one ? perhaps delivered: no answer within");
  chat.terminal.type("@bob two\r");
  chat.session.to_send.expect(send_frame("bob", "one") + send_frame("bob", "two"));
}

TEST_CASE("Tab completes names that were seen, the last speaker first, and ALL") {
  Chat chat;
  chat.session.forward("carol", "1");
  chat.session.forward("bob", "2");
  chat.terminal.wait_for_screen(" bob: 2");
  chat.terminal.type("@c\thi\r");
  chat.session.expect_send("carol", "hi");
  chat.terminal.type("@A\thi\r");
  chat.session.expect_send("ALL", "hi");
  chat.session.forward("bob", "3");
  chat.terminal.wait_for_screen(" bob: 3");
  chat.terminal.type("@\thi\r");
  chat.session.expect_send("bob", "hi");
}

TEST_CASE("history, editing keys and UTF-8") {
  Chat chat;
  chat.terminal.type("@bob first\r");
  chat.session.expect_send("bob", "first");
  chat.terminal.type("\x1b[A again\r");
  chat.session.expect_send("bob", "first again");
  chat.terminal.type("@bob caf\xc3\xa8\x7f\xc3\xa9 \xf0\x9f\x99\x82\x02\x04\xe6\x97\xa5\r");
  chat.session.expect_send("bob", "caf\xc3\xa9 \xe6\x97\xa5");
}

TEST_CASE("C2: a wrong line gets a word on the right form, commands do what they say") {
  Chat chat;
  chat.terminal.type_and_wait("hello\r", "not sent: the line does not begin with @name");
  chat.terminal.type_and_wait("/help\r", "Tab             complete a name");
  chat.terminal.type_and_wait("/nonsense\r", "there is no command /nonsense");
  chat.terminal.type("@bob fence\r");
  chat.session.expect_send("bob", "fence");
  chat.terminal.type("/quit\r");
  chat.session.to_send.expect_end();
  expect_exit(chat.terminal, 0);
}

TEST_CASE("a plain line goes to whom the prompt shows, and to nobody at the start") {
  Chat chat;
  chat.terminal.type_and_wait("hello\r", "not sent: the line does not begin with @name");
  chat.terminal.type("\r  \r@bob one\r");
  chat.session.expect_send("bob", "one");
  chat.terminal.wait_for_screen("→ bob: one ✓\nalice → bob>");
  chat.terminal.type("two\r");
  chat.session.expect_send("bob", "two");
  chat.terminal.type(" @all three\r four\r");
  chat.session.expect_send("ALL", "three");
  chat.session.expect_send("ALL", " four");
  chat.terminal.wait_for_screen("alice → ALL>");
  chat.terminal.type("/msg carol aside\rfive\r");
  chat.session.expect_send("carol", "aside");
  chat.session.expect_send("ALL", "five");
  chat.terminal.type_and_wait("/to\rsix\r", "alice> six\n  not sent:");
  chat.terminal.type_and_wait("/to bob\r", "alice → bob>");
  chat.terminal.type("seven\r");
  chat.session.expect_send("bob", "seven");
}

TEST_CASE("/r answers who wrote last, and chooses nobody") {
  Chat chat;
  chat.terminal.type_and_wait("/r hi\r", "nobody has written to you yet");
  chat.session.forward("carol", "psst");
  chat.terminal.wait_for_screen(" carol: psst");
  chat.terminal.type("/r what?\r");
  chat.session.expect_send("carol", "what?");
  chat.terminal.wait_for_screen("→ carol: what? ✓\nalice>");
}

TEST_CASE("/clear leaves the prompt alone on the screen; a slip is understood") {
  Chat chat;
  chat.terminal.type_and_wait("/claer\r", "did you mean /clear?");
  const std::size_t before = chat.terminal.bytes().size();
  chat.terminal.type("/clear\r");
  chat.terminal.wait_for_bytes("\x1b[H\x1b[2J", before);
  chat.terminal.type("@bob fence\r");
  chat.session.expect_send("bob", "fence");
  chat.terminal.type("/q\r");
  expect_exit(chat.terminal, 0);
}

TEST_CASE("Ctrl-C clears a line and leaves on an empty one; Ctrl-D leaves on an empty one only") {
  Chat chat;
  chat.terminal.type_and_wait("@bob wrong", "@bob wrong");
  chat.terminal.type_and_wait("\x03", "more.\nalice>\n");
  chat.terminal.type("@bob right\x04\r");
  chat.session.expect_send("bob", "right");
  chat.terminal.wait_for_screen("→ bob: right ✓\nalice → bob>");
  SUBCASE("Ctrl-C") {
    chat.terminal.type("\x03");
  }
  SUBCASE("Ctrl-D") {
    chat.terminal.type("\x04");
  }
  SUBCASE("SIGTERM") {
    chat.terminal.signal(SIGTERM);
  }
  expect_exit(chat.terminal, 0);
}

TEST_CASE("the loss of the server is said at once, with a line half typed; the terminal is put back") {
  Chat chat({"--no-reconnect"});
  chat.terminal.type_and_wait("@bob half", "@bob half");
  chat.session.to_recv.close();
  chat.terminal.wait_for_screen("Connection lost: the server closed the connection");
  expect_exit(chat.terminal, 4);
  CHECK(chat.terminal.screen().find("@bob half") != std::string::npos);
}

/// One whose sockets are open. On a busy machine the answer may come after the moment for which the client
/// waits with its second REGISTER, and then it gives them up.
FakeSession refuse_alice(FakeServer& server, PseudoTerminal& terminal) {
  for (int tried = 1;; ++tried) {
    terminal.type("alice\r");
    FakeSession session = server.accept();
    session.to_send.expect(register_frame("TOSEND", "alice"));
    const std::string phrase = "Taken " + std::to_string(tried);
    session.to_send.send("ERROR 100 " + phrase + "\n\n");
    terminal.wait_for_screen("100 " + phrase + ")\nYour name:");
    constexpr int most_tries = 10;
    if (!session.to_send.has_ended() || tried == most_tries) return session;
  }
}

TEST_CASE("a name that is refused is asked for again, on the same sockets while they are open") {
  FakeServer server;
  PseudoTerminal terminal(parley_path(), {"--port", server.port()});
  terminal.wait_for_screen("Your name:");
  terminal.type_and_wait("al ice\r", "The name al ice was refused: a name is one word");
  FakeSession session = refuse_alice(server, terminal);
  terminal.type("bob\r");
  SUBCASE("the server keeps the sockets (R3)") {
    session.to_send.accept_registration("TOSEND", "bob");
    session.to_recv.accept_registration("TORECV", "bob");
    terminal.wait_for_screen("bob>");
  }
  SUBCASE("the server closes them: new ones are opened") {
    session.to_send.close();
    session.to_recv.close();
    FakeSession again = server.accept_user("bob");
    terminal.wait_for_screen("bob>");
  }
  SUBCASE("half a registration is given up with its sockets") {
    session.to_send.accept_registration("TOSEND", "bob");
    session.to_recv.expect(register_frame("TORECV", "bob"));
    session.to_recv.send("ERROR 100 Malformed username\n\n");
    session.to_send.expect_end();
    session.to_recv.expect_end();
    terminal.wait_for_screen("Malformed username");
    terminal.type("carol\r");
    FakeSession again = server.accept_user("carol");
    terminal.wait_for_screen("carol>");
  }
}

TEST_CASE("leaving at the question for a name") {
  PseudoTerminal terminal(parley_path(), {"--port", "1"});
  terminal.wait_for_screen("Your name:");
  terminal.type("\x04");
  expect_exit(terminal, 0);
}

TEST_CASE("C5: nothing that a peer or a server sends reaches the terminal raw") {
  Chat chat({"--no-color"});
  const std::size_t before = chat.terminal.bytes().size();
  const std::string hostile = "\x1b]0;owned\a\x1b[2J\x9b\xc2\x9b[31m\r\n\x7f";
  chat.session.forward("bob", hostile);
  chat.session.to_recv.send("FORWARD \x1b[7mmallory\nContent-length: 1\n\nx");
  chat.session.to_recv.send("HELLO \x1b[8m\n\n");
  chat.terminal.type("@bob hi\r");
  chat.session.to_send.expect(send_frame("bob", "hi"));
  chat.session.to_send.send("ERROR 102 \x1b[5mUnable\n\n");
  chat.terminal.wait_for_screen("bob: \\x1b]0;owned\\x07\\x1b[2J\\x9b\\xc2\\x9b[31m\n      │ \\x7f");
  chat.terminal.wait_for_screen("\\x1b[7mmallory: x");
  chat.terminal.wait_for_screen("\\x1b[8m");
  chat.terminal.wait_for_screen("\\x1b[5mUnable");
  for (const auto* const raw :
       {"\x1b]", "\x1b[2J", "\x1b[7m", "\x1b[8m", "\x1b[5m", "\x9b[", "\xc2\x9b", "\x7f"})
    CHECK(chat.terminal.bytes().find(raw, before) == std::string::npos);
}

TEST_CASE("colours: by default yes; NO_COLOR, --no-color and TERM=dumb: none") {
  const auto message_bytes = [](Chat& chat) {
    chat.session.forward("bob", "hi");
    chat.terminal.wait_for_screen("bob");
    chat.terminal.wait_for_bytes(": hi");
    return chat.terminal.bytes();
  };
  Chat colored;
  CHECK(message_bytes(colored).find("mbob\x1b[0m") != std::string::npos);
  Chat by_option({"--no-color"});
  CHECK(message_bytes(by_option).find("bob: hi") != std::string::npos);
  Chat by_variable({}, {"NO_COLOR=1"});
  CHECK(message_bytes(by_variable).find("bob: hi") != std::string::npos);
  Chat dumb({}, {"TERM=dumb"});
  CHECK(message_bytes(dumb).find('\x1b') == std::string::npos);
  dumb.terminal.type("@bob still works\r");
  dumb.session.expect_send("bob", "still works");
}

TEST_CASE("where the environment names no locale, UTF-8 is edited and shown") {
  Chat none({}, {"LC_ALL=C"});
  none.terminal.type("@bob caf\xc3\xa9\r");
  none.session.expect_send("bob", "caf\xc3\xa9");
  none.terminal.wait_for_screen("bob: caf\xc3\xa9 ✓");
}

TEST_CASE("two people chat through parleyd") {
  Parleyd server;
  const std::string port = std::to_string(server.endpoint().port);
  PseudoTerminal alice(parley_path(), {"alice", "--port", port});
  alice.wait_for_screen("alice>");
  PseudoTerminal bob(parley_path(), {"bob", "--port", port});
  bob.wait_for_screen("bob>");
  bob.type("@alice hi alice\r");
  alice.wait_for_screen(" bob: hi alice\nalice>");
  bob.wait_for_screen(" → alice: hi alice ✓\nbob → alice>");
  alice.type("@b\thi bob\r");
  bob.wait_for_screen(" alice: hi bob\nbob → alice>");
  bob.type("/quit\r");
  CHECK(bob.wait() == Exit{0});
  alice.type_and_wait("@bob there?\r", "✗ bob is not here (102 Unable to send)");
  server.stop();
  alice.wait_for_screen("The server has ended the connection; trying to connect again");
  alice.type("\x04");
  CHECK(alice.wait() == Exit{4});
}

}  // namespace
}  // namespace parley::test
