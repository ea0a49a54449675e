// parley in a pipe, against servers of every dialect that the test plays, and against parleyd.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/fake_server.hpp"
#include "tests/integration/parley_program.hpp"
#include "tests/support/parleyd.hpp"
#include "tests/support/process.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

/// A running parley named alice, registered at a server that the test plays.
class PipedChat {
 public:
  explicit PipedChat(const std::vector<std::string>& options = {}, Where where = Where::here())
      : parley(parley_path(), server.arguments(options), {}, where),
        session(server.accept_user("alice", where)) {
    expect_line("registered alice", where);
  }

  void expect_line(const std::string& line, Where where = Where::here()) {
    const std::string came = parley.output().read_line(where);
    if (came != line) fail(where, "expected the line " + escaped(line) + ", came " + escaped(came));
  }

  /// A line is written, and its SEND comes.
  void send(const std::string& recipient, const std::string& text, Where where = Where::here()) {
    parley.write("@" + recipient + " " + text + "\n", where);
    session.to_send.expect(send_frame(recipient, text), where);
  }

  /// SENT, and what is said of it.
  void report_sent(const std::string& recipient, Where where = Where::here()) {
    session.to_send.send(sent_frame(recipient), where);
    expect_line("sent " + recipient, where);
  }

  /// A whole exchange: shows that nothing else was sent or printed before.
  void expect_send(const std::string& recipient, const std::string& text, Where where = Where::here()) {
    send(recipient, text, where);
    report_sent(recipient, where);
  }

  /// A FORWARD is acknowledged and shown.
  void receive(const std::string& sender, const std::string& text, Where where = Where::here()) {
    session.forward(sender, text, where);
    expect_line("message " + sender + " " + text, where);
  }

  void expect_exit(int code, Where where = Where::here()) {
    const Exit exit = parley.wait(Deadline(), where);
    CHECK_MESSAGE(exit == Exit{code}, parley.error().read_all(where));
  }

  /// The end of input; the client leaves properly, sends nothing more and prints nothing more.
  void expect_leaving(int code, Where where = Where::here()) {
    parley.close_input();
    session.to_recv.expect_end(where);
    session.to_recv.close();
    session.to_send.expect_end(where);
    session.to_send.close();
    expect_exit(code, where);
    CHECK_FALSE(parley.output().try_line());
  }

  FakeServer server;
  Process parley;
  FakeSession session;
};

TEST_CASE("C1, C2, C3: registers both sockets, sends the bytes of a line, says what came of it") {
  PipedChat chat;
  chat.expect_send("bob", "hi there");
  chat.parley.write("@all zo\xc3\xab \xf0\x9f\x99\x82\n");
  chat.session.to_send.expect("SEND ALL\nContent-length: 9\n\nzo\xc3\xab \xf0\x9f\x99\x82");
  chat.report_sent("ALL");
  chat.parley.write(std::string_view("@bob \0\xff\x1b\r\n", 10));
  chat.session.to_send.expect(send_frame("bob", std::string("\0\xff\x1b", 3)));
  chat.report_sent("bob");
  chat.expect_leaving(0);
}

TEST_CASE("what editors of other systems add to lines is dropped: a BOM once, a CR behind each") {
  PipedChat chat;
  chat.parley.write("\xef\xbb\xbf@bob one\r\n");
  chat.session.expect_send("bob", "one");
  chat.expect_line("sent bob");
  chat.parley.write("@bob two\r\r\n@bob \r\n\xef\xbb\xbf@bob x\n");
  chat.session.expect_send("bob", "two\r");
  chat.expect_line("sent bob");
  for (const auto* const beginning : {"invalid 3 the message is missing", "invalid 4 "}) {
    const std::string line = chat.parley.output().read_line();
    CHECK_MESSAGE(line.starts_with(beginning), line);
  }
  const std::string text(64 * 1024, 'y');
  chat.parley.write("@bob " + text + "\r\n");
  chat.session.expect_send("bob", text);
  chat.expect_line("sent bob");
  chat.expect_leaving(1);
}

TEST_CASE("C2: a line that is no message is refused with its number, and nothing is sent") {
  PipedChat chat;
  chat.parley.write("hello\n\n@bob: hi\n@bob\n" + std::string(200'000, 'x') + "\n");
  int number = 0;
  for (const auto* const word :
       {"@name message", "@name message", "leave the colon out", "message is missing", "too long"}) {
    const std::string line = chat.parley.output().read_line();
    CHECK_MESSAGE(line.starts_with("invalid " + std::to_string(++number) + " "), line);
    CHECK_MESSAGE(line.find(word) != std::string::npos, line);
  }
  chat.expect_send("bob", "fence");
  chat.expect_leaving(1);
}

TEST_CASE("C2: the last line needs no LF; 64 KiB are sent whole") {
  PipedChat chat;
  const std::string text(64 * 1024, 'y');
  chat.parley.write("@bob " + text);
  chat.parley.close_input();
  chat.session.to_send.expect(send_frame("bob", text));
  chat.report_sent("bob");
  chat.expect_leaving(0);
}

TEST_CASE("C3: any server's way to say that a message was delivered") {
  for (const auto* const answer :
       {"SENT bob\n\n", "SEND bob\n\n", "SENT alice\n\n", "SENT\n\n", "SEND\n\n", "SENT bob\n",
        "SENT bob\n \n", "SENT bob\r\n\r\n", " SENT  bob \n\n\n", "SENT bob\n\n\n \n"}) {
    CAPTURE(answer);
    PipedChat chat;
    for (int i = 0; i < 2; ++i) {
      chat.send("bob", "hi");
      chat.session.to_send.send(answer);
      chat.expect_line("sent bob");
    }
    chat.send("bob", "hi");
    chat.session.to_recv.send_byte_by_byte(answer);
    chat.expect_line("sent bob");
    chat.expect_leaving(0);
  }
}

TEST_CASE("C1: any server's way to confirm the registration") {
  for (const auto* const end : {"\n\n", "\n", "\n \n", "\r\n\r\n", " \n\n\n"}) {
    CAPTURE(end);
    FakeServer server;
    Process parley(parley_path(), server.arguments());
    FakeSession session = server.accept();
    session.to_send.expect(register_frame("TOSEND", "alice"));
    session.to_send.send_byte_by_byte(std::string("REGISTERED TOSEND alice") + end);
    session.to_recv.expect(register_frame("TORECV", "alice"));
    session.to_recv.send_byte_by_byte(std::string("REGISTERED TORECV alice") + end);
    CHECK(parley.output().read_line() == "registered alice");
  }
}

TEST_CASE("C3: what was not delivered is said with the server's code and phrase") {
  PipedChat chat;
  chat.send("bob", "hi");
  chat.session.to_send.send("ERROR 102 Unable to send\n\n");
  chat.expect_line("failed bob 102 Unable to send");
  chat.send("bob", "hi");
  chat.session.to_recv.send("ERROR 103 Header \x1b[31mIncomplete\n\n");
  chat.expect_line("failed bob 103 Header \\x1b[31mIncomplete");
  chat.expect_leaving(1);
}

TEST_CASE("C3: lines wait for the answer to the one before") {
  PipedChat chat;
  chat.parley.write("@bob one\n@carol two\n");
  chat.session.to_send.expect(send_frame("bob", "one"));
  chat.receive("bob", "meanwhile");
  chat.report_sent("bob");
  chat.session.to_send.expect(send_frame("carol", "two"));
  chat.report_sent("carol");
  chat.expect_leaving(0);
}

TEST_CASE("C3: an answer that never comes is said, the next line is sent, a late answer is told as one") {
  PipedChat chat({"--answer-timeout", "0.3"});
  chat.parley.write("@bob one\n@carol two\n");
  chat.session.to_send.expect(send_frame("bob", "one"));
  chat.expect_line("failed bob 0 no answer within 0.3 s");
  chat.session.to_send.expect(send_frame("carol", "two"));
  chat.session.to_send.send("SENT bob\n\nSENT carol\n\n");
  chat.expect_line("late-sent bob");
  chat.expect_line("sent carol");
  chat.session.to_send.send("ERROR 102 Unable to send\n\n");
  chat.expect_line("strange a word of its own: ERROR 102 Unable to send");
  chat.expect_leaving(1);
}

TEST_CASE("C4: several FORWARDs in one segment, and one in many, are each shown and acknowledged") {
  PipedChat chat;
  chat.session.to_recv.send(forward_frame("bob", "one") + forward_frame("carol", "") +
                            forward_frame("bob", "a\nb\n\n\\"));
  chat.session.to_recv.expect("RECEIVED bob\n\nRECEIVED carol\n\nRECEIVED bob\n\n");
  chat.expect_line("message bob one");
  chat.expect_line("message carol ");
  chat.expect_line("message bob a\\nb\\n\\n\\\\");
  chat.session.to_recv.send_byte_by_byte("FORWARD bob\ncontent-LENGTH : 5\n \nzo\xc3\xab!");
  chat.session.to_recv.expect("RECEIVED bob\n\n");
  chat.expect_line("message bob zo\xc3\xab!");
  chat.session.to_recv.send("FORWARD bob\r\nContent-length: 2\r\n\r\n\x1b\xff");
  chat.session.to_recv.expect("RECEIVED bob\n\n");
  chat.expect_line("message bob \\x1b\\xff");
  chat.expect_send("bob", "fence");
  chat.expect_leaving(0);
}

TEST_CASE("C4: a FORWARD on the other socket is shown, and acknowledged on the receiving one") {
  PipedChat chat;
  chat.session.to_send.send(forward_frame("bob", "odd"));
  chat.session.to_recv.expect("RECEIVED bob\n\n");
  chat.expect_line("message bob odd");
  chat.expect_leaving(0);
}

TEST_CASE("C4: a FORWARD that cannot be parsed is answered with ERROR 103; the next one is read") {
  for (const auto* const header :
       {"FORWARD bob\n\n", "FORWARD bob\nLength: 3\n\n", "FORWARD bob\nContent-length: x\n\n",
        "FORWARD bob\nContent-length: -1\n\n", "FORWARD bob\nContent-length: 99999999999999999999\n\n"}) {
    CAPTURE(header);
    PipedChat chat;
    chat.session.to_recv.send(header + forward_frame("bob", "good"));
    chat.session.to_recv.expect("ERROR 103 Header Incomplete\n\nRECEIVED bob\n\n");
    const std::string line = chat.parley.output().read_line();
    CHECK_MESSAGE(line.starts_with("strange "), line);
    chat.expect_line("message bob good");
    chat.expect_leaving(0);
  }
}

TEST_CASE("what is no message of the protocol is told and passed over; what has no end ends it") {
  PipedChat chat;
  chat.session.to_recv.send("HELLO \x1b[31m\n\n" + forward_frame("bob", "x"));
  chat.session.to_recv.expect("RECEIVED bob\n\n");
  chat.expect_line("strange not a message of the protocol: HELLO \\x1b[31m");
  chat.expect_line("message bob x");
  chat.session.to_recv.send(std::string(8000, 'g'));
  const std::string line = chat.parley.output().read_line();
  CHECK_MESSAGE(line.starts_with("lost the server sent what cannot be followed"), line);
  chat.expect_exit(4);
}

TEST_CASE("C1: a taken name is said, and nothing else is tried") {
  FakeServer server;
  Process parley(parley_path(), server.arguments());
  FakeSession session = server.accept();
  session.to_send.expect(register_frame("TOSEND", "alice"));
  session.to_send.send("ERROR 100 Username already taken\n\n");
  CHECK(parley.output().read_all() == "refused alice 100 Username already taken\n");
  session.to_send.expect_end();
  session.to_recv.expect_end();
  CHECK(parley.wait() == Exit{3});
}

TEST_CASE("C1: a name that cannot stand in a request is refused before anything is sent") {
  for (const auto* const name : {"al ice", "", "a:b", "a\nb", "123456789012345678901234567890123"}) {
    Process parley(parley_path(), {name, "--port", "1"});
    CHECK(parley.wait() == Exit{*name == '\0' ? 2 : 3});
  }
}

TEST_CASE("the loss of the server is said at once, for either socket, and for a line that waits") {
  for (const bool sending_socket : {true, false}) {
    PipedChat chat;
    (sending_socket ? chat.session.to_send : chat.session.to_recv).close();
    chat.expect_line("lost the server closed the connection");
    chat.expect_exit(4);
  }
  PipedChat chat;
  chat.send("bob", "hi");
  chat.session.to_recv.send("FORWARD bob\nCont");
  chat.session.to_recv.close();
  chat.expect_line("failed bob 0 the connection was lost before the answer");
  chat.expect_line("lost the server closed the connection inside a message");
  chat.expect_exit(4);
}

TEST_CASE("what came before the server closed is shown") {
  PipedChat chat;
  chat.send("bob", "hi");
  chat.session.to_send.send("SENT bob\n\n");
  chat.session.to_recv.send(forward_frame("bob", "bye"));
  chat.session.to_send.close();
  chat.session.to_recv.close();
  std::vector<std::string> lines{chat.parley.output().read_line(), chat.parley.output().read_line()};
  CHECK(std::ranges::count(lines, "sent bob") == 1);
  CHECK(std::ranges::count(lines, "message bob bye") == 1);
  chat.expect_line("lost the server closed the connection");
  chat.expect_exit(4);
}

TEST_CASE("no server, no host, no answer to REGISTER: exit code 4") {
  std::string unused_port;
  {
    const FakeServer server;
    unused_port = server.port();
  }
  Process nobody(parley_path(), {"alice", "--port", unused_port});
  CHECK(nobody.wait() == Exit{4});
  CHECK(nobody.output().read_all().starts_with("lost nobody serves 127.0.0.1 port " + unused_port));

  FakeServer server;
  Process silence(parley_path(), server.arguments({"--answer-timeout", "0.3"}));
  FakeSession session = server.accept();
  CHECK(silence.output().read_all() == "lost the server gave no answer within 0.3 s\n");
  CHECK(silence.wait() == Exit{4});
}

TEST_CASE("usage errors are one line and exit code 2") {
  std::vector<std::vector<std::string>> wrong = {{},
                                                 {"alice", "--port", "0"},
                                                 {"alice", "--port", "x"},
                                                 {"alice", "--nonsense"},
                                                 {"a", "b", "c"},
                                                 {"alice", "--exit-after", "0"},
                                                 {"alice", "--linger", "-1"}};
  wrong.insert(wrong.end(), {{"alice@h", "h"}, {"alice@h:1", "--port", "2"}, {"alice", "h:x"}, {"@h"}});
  for (const auto& arguments : wrong) {
    Process parley(parley_path(), arguments);
    CHECK(parley.wait() == Exit{2});
    CHECK(parley.output().read_all().empty());
    const std::string error = parley.error().read_all();
    CHECK_MESSAGE((error.starts_with("parley: ") && error.find('\n') == error.size() - 1), error);
  }
}

TEST_CASE(
    "--exit-after leaves after so many messages though the input stays open, and acknowledges no more") {
  PipedChat chat({"--exit-after", "2"});
  chat.session.to_recv.send(forward_frame("bob", "1") + forward_frame("bob", "2") +
                            forward_frame("bob", "3"));
  chat.session.to_recv.expect("RECEIVED bob\n\nRECEIVED bob\n\n");
  chat.session.to_recv.expect_end();
  chat.expect_exit(0);
  CHECK(chat.parley.output().read_all() == "registered alice\nmessage bob 1\nmessage bob 2\n");
}

TEST_CASE("--exit-after waits for the answer that is due, and acknowledges nothing meanwhile") {
  PipedChat chat({"--exit-after", "1"});
  chat.send("bob", "hi");
  chat.receive("bob", "1");
  chat.session.to_send.send(forward_frame("bob", "2") + "SENT bob\n\n");
  chat.expect_line("sent bob");
  chat.session.to_recv.expect_end();
  chat.expect_exit(0);
}

TEST_CASE("--linger receives after the end of input") {
  PipedChat chat({"--linger", "600", "--exit-after", "2"});
  chat.expect_send("bob", "hi");
  chat.parley.close_input();
  chat.session.to_recv.send(forward_frame("bob", "1"));
  chat.expect_line("message bob 1");
  chat.session.to_recv.send(forward_frame("bob", "2"));
  chat.expect_line("message bob 2");
  chat.expect_exit(0);
  PipedChat brief({"--linger", "0.2"});
  brief.expect_leaving(0);
}

TEST_CASE("early messages are kept: a FORWARD may overtake the confirmation") {
  FakeServer server;
  Process parley(parley_path(), server.arguments({"--exit-after", "1"}));
  FakeSession session = server.accept();
  session.to_send.accept_registration("TOSEND", "alice");
  session.to_recv.expect(register_frame("TORECV", "alice"));
  session.to_recv.send(forward_frame("bob", "early") + registered_frame("TORECV", "alice"));
  session.to_recv.expect("RECEIVED bob\n\n");
  CHECK(parley.output().read_all() == "registered alice\nmessage bob early\n");
  CHECK(parley.wait() == Exit{0});
}

TEST_CASE("when nobody reads its output any more it leaves, though the input stays open") {
  FakeServer server;
  std::vector<std::string> arguments = {"-c", "\"$0\" \"$@\" | head -n 1; cat", parley_path()};
  for (auto& argument : server.arguments()) arguments.push_back(std::move(argument));
  Process shell("/bin/sh", arguments);
  FakeSession session = server.accept_user("alice");
  CHECK(shell.output().read_line() == "registered alice");
  session.to_send.expect_end();
  session.to_recv.expect_end();
}

TEST_CASE("what cannot be printed is said on stderr") {
  FakeServer server;
  std::vector<std::string> arguments = {"-c", "exec \"$0\" \"$@\" >/dev/full", parley_path()};
  for (auto& argument : server.arguments()) arguments.push_back(std::move(argument));
  Process parley("/bin/sh", arguments);
  FakeSession session = server.accept_user("alice");
  session.to_recv.expect_end();
  CHECK(parley.error().read_all() == "parley: standard output cannot be written: No space left on device\n");
  CHECK(parley.wait() == Exit{1});
  Process help("/bin/sh", {"-c", "exec \"$0\" --help >/dev/full", parley_path()});
  CHECK(help.error().read_all().starts_with("parley: standard output cannot be written"));
  CHECK(help.wait() == Exit{2});
}

TEST_CASE("name@host:port") {
  FakeServer server;
  Process parley(parley_path(), {"alice@127.0.0.1:" + server.port()});
  FakeSession session = server.accept_user("alice");
  CHECK(parley.output().read_line() == "registered alice");
}

TEST_CASE("two parleys chat through parleyd") {
  Parleyd server;
  const std::string port = std::to_string(server.endpoint().port);
  Process alice(parley_path(), {"alice", "--port", port, "--exit-after", "2"});
  CHECK(alice.output().read_line() == "registered alice");
  Process bob(parley_path(), {"bob", "127.0.0.1", "--port", port, "--exit-after", "1"});
  CHECK(bob.output().read_line() == "registered bob");
  bob.write("@alice hi\n@ALL h\xc3\xa9llo\n@carol x\n");
  CHECK(bob.output().read_line() == "sent alice");
  CHECK(alice.wait() == Exit{0});
  CHECK(alice.output().read_all() == "registered alice\nmessage bob hi\nmessage bob h\xc3\xa9llo\n");
  CHECK(bob.output().read_line() == "sent ALL");
  CHECK(bob.output().read_line() == "failed carol 102 Unable to send");
  bob.write("@bob me\n");
  bob.output().wait_for("message bob me\n");
  bob.output().wait_for("sent bob\n");
  CHECK(bob.wait() == Exit{1});
  Process again(parley_path(), {"ALICE", "--port", port});
  CHECK(again.output().read_line() == "registered ALICE");
  Process taken(parley_path(), {"alice", "--port", port});
  CHECK(taken.output().read_all() == "refused alice 100 Username already taken\n");
  CHECK(taken.wait() == Exit{3});
}

}  // namespace
}  // namespace parley::test
