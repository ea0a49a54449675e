// SV: SERVER, who answers questions.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/alice_and_bob.hpp"
#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

constexpr std::string_view service = "SERVER";

/// The body of the next FORWARD, which must be from SERVER. Not acknowledged.
std::string next_from_service(User& user) {
  const std::string frame = user.receiving().next_frame();
  REQUIRE(frame.starts_with("FORWARD SERVER\n"));
  return frame.substr(frame.find("\n\n") + 2);
}

/// The SEND, its answer, and what SERVER says then.
std::string ask(User& user, std::string_view question) {
  user.send(service, question);
  user.expect_sent(service);
  std::string body = next_from_service(user);
  user.acknowledge(service);
  return body;
}

/// An answer with what differs each time left out: 20 characters behind each "20".
std::string without_times(std::string text) {
  for (std::size_t at = 0; (at = text.find(" 20", at)) != std::string::npos;) text.replace(at, 21, " TIME");
  return text;
}

TEST_CASE_FIXTURE(AliceAndBob, "SV1: each question has its answer, after its SENT") {
  CHECK(without_times(ask(alice, "who")) ==
        "who 1/1, 2 here\nalice two-socket General TIME\nbob two-socket General TIME");
  CHECK(without_times(ask(alice, "  Whois BOB\n")) == "whois bob: two-socket, room General, since TIME");
  CHECK(ask(alice, "whois carol") == "whois carol: not here");
  CHECK(ask(alice, "whois SERVER") == "whois SERVER: not here");
  CHECK(ask(alice, "version").starts_with("parleyd "));
  CHECK(ask(alice, "help").find("\nwhois NAME: ") != std::string::npos);
  CHECK(ask(alice, "nonsense") == "unknown command: nonsense; help lists them");
  alice.send("server", "version");  // as any name, in any case
  alice.expect_sent(service);
  CHECK(next_from_service(alice).starts_with("parleyd "));
  alice.acknowledge(service);
  exchange(alice, bob);
  exchange(bob, alice);
}

TEST_CASE("SV1: nobody can be called SERVER, and with --no-service it is nobody") {
  Parleyd server({"--no-service"});
  User alice(server.endpoint(), "alice");
  Peer newcomer(server.endpoint());
  newcomer.send(register_frame("TOSEND", service));
  newcomer.expect(malformed_username);
  alice.send(service, "who");
  alice.expect_unable_to_send();
  exchange(alice, alice);
}

TEST_CASE("SV2: a long list comes in parts, each when the one before was answered") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  std::vector<User> others;
  for (int i = 0; i < 119; ++i)
    others.emplace_back(server.endpoint(), "user" + std::to_string(1000 + i), Sockets::one);
  alice.send(service, "who");
  alice.expect_sent(service);
  const std::string first = next_from_service(alice);
  CHECK(first.starts_with("who 1/3, 120 here\nalice two-socket General 20"));
  CHECK(first.find("\nuser1048 ") != std::string::npos);
  CHECK(first.find("\nuser1049 ") == std::string::npos);
  exchange(others[0], alice);  // no part came before it
  others[60].sending().half_close();
  others[60].sending().expect_end();  // user1060, whose name is free when that is read
  alice.acknowledge(service);
  const std::string second = next_from_service(alice);
  CHECK(second.starts_with("who 2/3, 119 here\nuser1049 "));
  CHECK(second.find("user1060") == std::string::npos);
  alice.acknowledge(service);
  const std::string last = next_from_service(alice);
  CHECK(last.starts_with("who 3/3, 119 here\nuser1100 "));
  CHECK(last.find("\nuser1118 ") != std::string::npos);
  alice.acknowledge(service);
  CHECK(ask(alice, "whois user1060") == "whois user1060: not here");
}

TEST_CASE("SV2: who cannot read a part is spared the rest") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  std::vector<User> others;
  for (int i = 0; i < 50; ++i)
    others.emplace_back(server.endpoint(), "user" + std::to_string(i), Sockets::one);
  alice.send(service, "who");
  alice.expect_sent(service);
  CHECK(next_from_service(alice).starts_with("who 1/2, 51 here"));
  alice.receiving().send("ERROR 103 Header Incomplete\n\n");
  CHECK(ask(alice, "version").starts_with("parleyd "));
}

TEST_CASE_FIXTURE(AliceAndBob, "SV1: so many questions wait, and what is beyond fails") {
  ask(alice, "version");
  exchange(bob, alice);  // its answer has been seen
  for (int i = 0; i < 1000; ++i) {
    alice.send(service, "who");
    if (i < 9)  // one is out
      alice.expect_sent(service);
    else
      alice.expect_unable_to_send();
  }
  for (int i = 0; i < 9; ++i) {
    CHECK(next_from_service(alice).starts_with("who 1/1, 2 here"));
    exchange(bob, alice);  // one at a time
    alice.acknowledge(service);
  }
  CHECK(ask(alice, "version").starts_with("parleyd "));
}

TEST_CASE("SV2: an unanswered one holds up no message and throws nobody out") {
  const auto receipt_timeout = milliseconds(300);
  Parleyd server({"--receipt-timeout", seconds_option(receipt_timeout)});
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob");
  User silent(server.endpoint(), "silent");
  alice.send(service, "version");
  alice.expect_sent(service);
  next_from_service(alice);
  exchange(bob, alice);
  bob.send("silent", "hello");  // who is thrown out for that, later than anybody whom SERVER has written to
  silent.expect_forward("bob", "hello");
  bob.expect_unable_to_send();
  silent.expect_gone();
  exchange(bob, alice);
  exchange(alice, bob);
  alice.acknowledge(service);
  CHECK(ask(alice, "version").starts_with("parleyd "));
}

TEST_CASE("SV2: answers are told apart by their names") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob");
  const auto ask_and_tell = [&] {
    alice.send(service, "version");
    alice.expect_sent(service);
    next_from_service(alice);
    bob.send("alice", "hello");
    alice.expect_forward("bob", "hello");
  };
  const auto fence = [&] {
    alice.receiving().send("SEND bob\nContent-length: 0\n\n");
    alice.receiving().expect(no_user_registered);
  };
  ask_and_tell();
  alice.acknowledge(service);
  fence();
  CHECK_FALSE(bob.sending().try_next_frame());
  alice.acknowledge("bob");
  bob.expect_sent("alice");
  alice.acknowledge(service);  // answers nothing, and not what comes next
  bob.send("alice", "again");
  alice.receive("bob", "again");
  bob.expect_sent("alice");
  ask_and_tell();
  alice.acknowledge("alice");  // names nobody: SERVER's first, so that no message is reported too early
  fence();
  CHECK_FALSE(bob.sending().try_next_frame());
  alice.acknowledge("alice");
  bob.expect_sent("alice");
}

TEST_CASE_FIXTURE(AliceAndBob, "SV2: answers without names count in the order of the FORWARDs") {
  bob.send("alice", "hello");
  alice.expect_forward("bob", "hello");
  alice.send(service, "version");  // her first question, while a message is out
  alice.expect_sent(service);
  alice.receiving().send("ERROR 103 Header incomplete\n\n");
  bob.sending().expect("ERROR 103 Header incomplete\n\n");
  next_from_service(alice);
  bob.send("alice", "again");
  alice.expect_forward("bob", "again");
  alice.receiving().send("ERROR 103 Header incomplete\n\n");
  alice.receiving().send("RECEIVED\n\n");
  bob.expect_sent("alice");
}

TEST_CASE_FIXTURE(AliceAndBob, "SV2: a question while a message is out takes no receipt from it") {
  bob.send("alice", "hello");
  alice.expect_forward("bob", "hello");
  alice.send(service, "version");
  alice.expect_sent(service);
  alice.acknowledge("bob");
  bob.expect_sent("alice");
  next_from_service(alice);
  alice.acknowledge(service);
}

TEST_CASE_FIXTURE(AliceAndBob, "SV3: notices for who asked, gathered while it does not answer") {
  CHECK(ask(alice, "notices on") == "notices on");
  User carol(server.endpoint(), "carol");
  CHECK(next_from_service(alice) == "carol came");
  std::vector<User> others;
  for (const std::string name : {"d1", "d2", "d3", "d4", "d5"})
    others.emplace_back(server.endpoint(), name, Sockets::one);
  carol.sending().half_close();
  carol.sending().expect_end();
  exchange(bob, alice);
  alice.acknowledge(service);
  CHECK(next_from_service(alice) == "carol left\nd1, d2 and 3 others came");
  alice.acknowledge(service);
  CHECK(ask(alice, "notices off") == "notices off");
  User late(server.endpoint(), "late");
  exchange(late, alice);
  CHECK(ask(alice, "version").starts_with("parleyd "));
  exchange(alice, bob);  // who has heard nothing of all that
}

TEST_CASE_FIXTURE(AliceAndBob, "SV3: a notice waits for a message's answer, and no message for a notice's") {
  CHECK(ask(alice, "notices on") == "notices on");
  bob.send("alice", "hello");
  alice.expect_forward("bob", "hello");
  User carol(server.endpoint(), "carol", Sockets::one);
  exchange(carol, carol, "something meanwhile");
  alice.acknowledge("bob");
  CHECK(next_from_service(alice) == "carol came");
  exchange(carol, alice);
  alice.acknowledge(service);
}

TEST_CASE_FIXTURE(AliceAndBob, "SV4: a line that says whom a message is meant for") {
  CHECK(ask(alice, "features") == "features supported: audience");
  CHECK(ask(alice, "features typing audience") == "features on: audience");
  bob.send("ALICE", "you");
  alice.receiving().expect("FORWARD bob\nAudience: alice\nContent-length: 3\n\nyou");
  bob.send("ALL", "all");
  alice.acknowledge("bob");
  alice.receiving().expect("FORWARD bob\nAudience: ALL\nContent-length: 3\n\nall");
  alice.acknowledge("bob");
  alice.send(service, "whois x");
  alice.receiving().expect("FORWARD SERVER\nAudience: alice\nContent-length: 17\n\nwhois x: not here");
  alice.acknowledge(service);
  alice.expect_sent(service);
  alice.send("ALL", "no such line for bob");
  bob.receive("alice", "no such line for bob");
  alice.expect_sent("ALL");
  CHECK(ask(alice, "features none") == "features on:");
  bob.expect_sent("alice");
  bob.expect_sent("ALL");
  exchange(bob, alice);
}

TEST_CASE(
    "SV1: the answer comes after its SENT, also where that has to wait for others and shares the socket") {
  Parleyd server;
  User alice(server.endpoint(), "alice", Sockets::one);
  User bob(server.endpoint(), "bob");
  alice.send("bob", "slow");
  bob.expect_forward("alice", "slow");
  alice.send(service, "notices on");
  exchange(bob, alice, "nothing has come before it");
  bob.acknowledge("alice");
  alice.expect_sent("bob");
  alice.expect_sent(service);
  CHECK(next_from_service(alice) == "notices on");
  alice.acknowledge(service);
  CHECK(ask(alice, "version").starts_with("parleyd "));
}

TEST_CASE("SV1: who comes and goes with questions unanswered leaves nothing behind") {
  Parleyd server;
  User bob(server.endpoint(), "bob");
  for (int i = 0; i < 20; ++i) {
    User alice(server.endpoint(), "alice" + std::to_string(i));
    for (const std::string_view question : {"notices on", "who", "features audience", "who"})
      alice.send(service, question);
    if (i % 2 == 0) alice.expect_sent(service);
    exchange(bob, bob);
  }
  CHECK(ask(bob, "version").starts_with("parleyd "));
}

}  // namespace
}  // namespace parley::test
