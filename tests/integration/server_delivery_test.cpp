// D1, D5, D6: what becomes of one SEND.

#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "tests/integration/alice_and_bob.hpp"
#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

TEST_CASE_FIXTURE(AliceAndBob, "D1: a message is forwarded, and its RECEIVED makes SENT") {
  exchange(alice, bob, "hello");
  exchange(bob, alice, "hello yourself");
}

TEST_CASE_FIXTURE(AliceAndBob, "D1, D2: the recipient's ERROR 103 is handed on, and is the only answer") {
  for (const std::string phrase : {"Header Incomplete", "Header incomplete", "what was that?"}) {
    alice.send("bob", "hello");
    bob.expect_forward("alice", "hello");
    bob.receiving().send("ERROR 103 " + phrase + "\n\n");
    // A SENT that did not wait for the recipient's answer would come first.
    alice.sending().expect(header_incomplete);
    exchange(alice, bob);
  }
}

TEST_CASE_FIXTURE(AliceAndBob, "D1: any other error of the recipient is ERROR 102 for the sender") {
  alice.send("bob", "hello");
  bob.expect_forward("alice", "hello");
  bob.receiving().send("ERROR 100 Malformed username\n\n");
  alice.expect_unable_to_send();
  exchange(alice, bob);
}

TEST_CASE_FIXTURE(AliceAndBob,
                  "D1: a SEND to nobody gets ERROR 102, its body is consumed, the socket stays") {
  for (const std::string recipient : {"carol", "bob2", "bo", "bob bob", "@bob", "bob_1", "", "b\x1b[31m",
                                      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}) {
    alice.send(recipient, send_frame("bob", "not for you"));
    alice.expect_unable_to_send();
  }
  exchange(alice, bob, "for you");
}

TEST_CASE("D1, D5: a recipient that does not answer in the receipt time is ended, its sender told") {
  Parleyd server({"--receipt-timeout", seconds_option(milliseconds(300))});
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob");
  alice.send("bob", "are you there?");
  bob.expect_forward("alice", "are you there?");
  alice.expect_unable_to_send();
  bob.expect_gone();
  User successor(server.endpoint(), "bob");
  exchange(alice, successor);
}

TEST_CASE("D5: a RECEIVED that is too late answers nothing, not even the next message") {
  Parleyd server({"--receipt-timeout", seconds_option(milliseconds(300))});
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob");
  alice.send("bob", "first");
  bob.expect_forward("alice", "first");
  alice.expect_unable_to_send();
  bob.receiving().expect_end();  // his own time ends a moment later than hers
  bob.receiving().try_send(received_frame("alice"));
  bob.sending().try_send(received_frame("alice"));
  bob.expect_gone();
  User successor(server.endpoint(), "bob");
  alice.send("bob", "second");
  successor.expect_forward("alice", "second");
  successor.receiving().send("ERROR 103 Header Incomplete\n\n");
  alice.sending().expect(header_incomplete);  // SENT if the late answer had counted
}

TEST_CASE(
    "D1.9: a SEND that waits behind others is answered in its own time, and the recipient has its own") {
  Parleyd server({"--receipt-timeout", seconds_option(milliseconds(1000))});
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob");
  User carol(server.endpoint(), "carol");
  for (int i = 0; i < 3; ++i) alice.send("bob", std::to_string(i));
  alice.send("carol", "quick");
  carol.receive("alice", "quick");
  bob.expect_forward("alice", "0");
  std::this_thread::sleep_for(scaled(milliseconds(550)));
  bob.acknowledge("alice");
  alice.expect_sent("bob");
  bob.expect_forward("alice", "1");
  for (int i = 0; i < 2; ++i) alice.expect_unable_to_send();  // their time is up before bob's
  alice.expect_sent("carol");
  alice.send("bob", "new");
  bob.acknowledge("alice");  // owed to nobody any more; and the second message is never forwarded
  bob.receive("alice", "new");
  alice.expect_sent("bob");
}

TEST_CASE_FIXTURE(AliceAndBob, "D5: RECEIVED counts on either socket, with any name or none") {
  for (const std::string answer :
       {"RECEIVED alice\n\n", "RECEIVED bob\n\n", "RECEIVED somebody else\n\n", "RECEIVED\n\n"}) {
    for (Peer* socket : {&bob.sending(), &bob.receiving()}) {
      alice.send("bob", "hello");
      bob.expect_forward("alice", "hello");
      socket->send(answer);
      alice.expect_sent("bob");
    }
  }
}

TEST_CASE_FIXTURE(AliceAndBob, "D5: a RECEIVED that answers nothing is ignored") {
  for (Peer* socket : {&bob.sending(), &bob.receiving()}) {
    socket->send(received_frame("alice") + register_frame("TOSEND", "bob"));
    CHECK(socket->next_frame().starts_with("ERROR 100 "));  // so the RECEIVED before it has been read
  }
  alice.send("bob", "hello");
  bob.expect_forward("alice", "hello");
  bob.receiving().send("ERROR 103 Header Incomplete\n\n");
  alice.sending().expect(header_incomplete);  // SENT if one of the two had been kept
}

TEST_CASE("D6: sending to oneself works") {
  Parleyd server;
  User two(server.endpoint(), "two");
  exchange(two, two, "hello me");
  User one(server.endpoint(), "one", Sockets::one);
  exchange(one, one, "hello me");
}

TEST_CASE_FIXTURE(AliceAndBob, "D6: an empty body works") {
  exchange(alice, bob, "");
  exchange(alice, bob, "not empty");
  exchange(alice, bob, "");
}

TEST_CASE("D6: IPv6 carries the same conversation") {
  Parleyd server({"--host", "::1"});
  CHECK(server.endpoint().host == "::1");
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob", Sockets::one);
  exchange(alice, bob);
  exchange(bob, alice);
}

TEST_CASE("M2: --delivered-word SEND reports deliveries with the word of the source's table") {
  Parleyd server({"--delivered-word", "SEND"});
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob");
  alice.send("bob", "hello");
  bob.receive("alice", "hello");
  alice.sending().expect("SEND bob\n\n");
  alice.send("ALL", "hello all");
  bob.receive("alice", "hello all");
  alice.sending().expect("SEND ALL\n\n");
}

}  // namespace
}  // namespace parley::test
