// R1 to R4, R6: names, the two halves of a user, and what is answered before both are there.

#include <doctest/doctest.h>

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "tests/integration/alice_and_bob.hpp"
#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

/// Reads a refusal with code 100, whatever its phrase.
void expect_refused(Peer& peer, Where where = Where::here()) {
  const std::string frame = peer.next_frame(where);
  if (!frame.starts_with("ERROR 100 ")) fail(where, "expected ERROR 100, got " + escaped(frame));
}

TEST_CASE("R1: names of 1 to 32 letters and digits are registered as they are written") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  for (const std::string name : {"a", "Z", "0", "Bob42", "12345678901234567890123456789012", "ALLY"}) {
    User user(server.endpoint(), name);
    exchange(alice, user);
    exchange(user, alice);
  }
}

TEST_CASE("R1, R3: a malformed name gets ERROR 100 on either channel and the socket may try again") {
  Parleyd server;
  Peer to_send(server.endpoint());
  Peer to_recv(server.endpoint());
  const std::vector<std::string> malformed = {
      "",       std::string(33, 'x'),  "al ice", "bob_1", "bob!", "ALL", "all", "aLl", "-", "böb",
      "a\001b", std::string("a\0b", 3)};
  for (const auto& name : malformed) {
    to_send.send(register_frame("TOSEND", name));
    to_send.expect(malformed_username);
    to_recv.send(register_frame("TORECV", name));
    to_recv.expect(malformed_username);
  }
  register_for(to_send, "TOSEND", "bob");
  register_for(to_recv, "TORECV", "bob");
}

TEST_CASE("R1: names are found ignoring ASCII case and shown as registered") {
  Parleyd server;
  User alice(server.endpoint(), "Alice");
  User bob(server.endpoint(), "bob");
  bob.send("aLICE", "hello");
  alice.receive("bob", "hello");
  bob.expect_sent("Alice");
}

TEST_CASE("R1: the second half in another case completes the user under the first spelling") {
  Parleyd server;
  Peer to_send(server.endpoint());
  Peer to_recv(server.endpoint());
  register_for(to_send, "TOSEND", "Bob");
  to_recv.send(register_frame("TORECV", "bOB"));
  to_recv.expect(registered_frame("TORECV", "Bob"));
}

TEST_CASE_FIXTURE(
    AliceAndBob,
    "R2, R3: a taken name is refused in any case, its owner is undisturbed, another try may follow") {
  Peer to_send(server.endpoint());
  Peer to_recv(server.endpoint());
  for (const std::string name : {"alice", "Alice", "ALICE"}) {
    to_send.send(register_frame("TOSEND", name));
    to_send.expect(username_taken);
    to_recv.send(register_frame("TORECV", name));
    to_recv.expect(username_taken);
  }
  exchange(bob, alice);
  exchange(alice, bob);
  register_for(to_send, "TOSEND", "carol");
}

TEST_CASE("R2: half of a user holds its name") {
  Parleyd server;
  Peer first(server.endpoint());
  register_for(first, "TORECV", "bob");
  Peer second(server.endpoint());
  second.send(register_frame("TORECV", "bob"));
  second.expect(username_taken);
}

TEST_CASE_FIXTURE(AliceAndBob, "R3: a socket that is registered refuses another REGISTER and stays") {
  alice.sending().send(register_frame("TOSEND", "alice"));
  expect_refused(alice.sending());
  alice.sending().send(register_frame("TORECV", "other"));
  expect_refused(alice.sending());
  alice.receiving().send(register_frame("TORECV", "other"));
  expect_refused(alice.receiving());
  exchange(alice, bob);
  exchange(bob, alice);
  User other(server.endpoint(), "other");  // the refused name was not held
}

TEST_CASE("R4: a user exists once both sockets are registered, in either order") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  std::vector<std::pair<std::string, std::string>> orders = {{"TOSEND", "TORECV"}, {"TORECV", "TOSEND"}};
  for (const auto& [first_channel, second_channel] : orders) {
    const std::string name = "b" + first_channel;
    Peer first(server.endpoint());
    Peer second(server.endpoint());
    register_for(first, first_channel, name);
    alice.send(name, "too early");
    alice.expect_unable_to_send();
    register_for(second, second_channel, name);
    Peer& to_recv = first_channel == "TORECV" ? first : second;
    alice.send(name, "hello");
    to_recv.expect(forward_frame("alice", "hello"));
    to_recv.send(received_frame("alice"));
    alice.expect_sent(name);
  }
}

TEST_CASE("R4: the second half must come from the same address") {
  Parleyd server;
  Peer to_send(server.endpoint());
  register_for(to_send, "TOSEND", "bob");

  Peer stranger(server.endpoint(), {.source_host = "127.0.0.2"});
  stranger.send(register_frame("TORECV", "bob"));
  stranger.expect("ERROR 100 The other half of bob was registered from another address\n\n");
  register_for(stranger, "TORECV", "carol");

  Peer to_recv(server.endpoint());
  register_for(to_recv, "TORECV", "bob");
}

TEST_CASE("R4: without its second half in the registration time a user's name is free again") {
  Parleyd server({"--registration-timeout", seconds_option(milliseconds(300))});
  Peer half(server.endpoint());
  register_for(half, "TOSEND", "bob");
  half.expect_end();
  User bob(server.endpoint(), "bob");
}

TEST_CASE("R4: the registration time does not end a registered user") {
  Parleyd server({"--registration-timeout", seconds_option(milliseconds(300))});
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob");
  Peer later(server.endpoint());
  later.expect_end();  // its time began after theirs
  exchange(alice, bob);
}

TEST_CASE("R4: the second REGISTERED is written before the first FORWARD") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  for (const auto sockets : {Sockets::two, Sockets::one}) {
    for (int round = 0; round < 50; ++round) {
      // Alice keeps asking for a user who is just arriving; User's constructor checks the order of the bytes.
      const std::string name = "b" + std::to_string(round) + (sockets == Sockets::one ? "one" : "two");
      auto arriving = std::async(std::launch::async, [&] {
        User user(server.endpoint(), name, sockets);
        user.receive("alice", "welcome");
        return user;
      });
      std::string answer;
      do {
        alice.send(name, "welcome");
        answer = alice.sending().next_frame();
      } while (answer == unable_to_send);
      CHECK(answer == sent_frame(name));
      arriving.get();
    }
  }
}

TEST_CASE("R6: before registration every other request gets ERROR 101 and its body is consumed") {
  Parleyd server;
  Peer peer(server.endpoint());
  const std::vector<std::string> requests = {
      send_frame("bob", "REGISTER TOSEND eve\n\n"),
      send_frame("ALL", ""),
      "RECEIVED bob\n\n",
      "HELP\n\n",
      "HELP\nContent-length: 21\n\nREGISTER TOSEND eve\n\n",
      "REGISTER\n\n",
      "REGISTER TOBOTH bob\n\n",
  };
  for (const auto& request : requests) {
    peer.send(request);
    peer.expect(no_user_registered);
  }
  register_for(peer, "TOSEND", "bob");
  peer.send(send_frame("bob", "half of me"));
  peer.expect(no_user_registered);

  Peer other(server.endpoint());
  register_for(other, "TORECV", "bob");
  peer.send(send_frame("bob", "all of me"));
  other.expect(forward_frame("bob", "all of me"));  // and nothing of what was said before
  other.send(received_frame("bob"));
  peer.expect(sent_frame("bob"));
}

TEST_CASE("R6.7: before registration a request whose end cannot be told gets ERROR 101 and the end") {
  Parleyd server;
  for (const auto* const word : {"SEND bob\n", "HELP\n"})
    for (const auto* const length : {"Content-length: many\n", "Content-length: 99999999999999999999\n",
                                     "Content-length: 1\nContent-length: 2\n", "Content-length: 65537\n"}) {
      CAPTURE(word);
      CAPTURE(length);
      Peer peer(server.endpoint());
      peer.send(std::string(word) + length + "\nREGISTER TOSEND eve\n\nREGISTER TORECV eve\n\n");
      CHECK(peer.receive_until_end() == no_user_registered);
    }
  Peer peer(server.endpoint());
  peer.send("SEND bob\n\nREGISTER TOSEND eve\n\nREGISTER TORECV eve\n\n");
  CHECK(peer.receive_until_end() == no_user_registered);
  User(server.endpoint(), "eve");
}

TEST_CASE("R6: after sixteen such answers the socket is closed") {
  Parleyd server;
  Peer peer(server.endpoint());
  std::string requests;
  for (int i = 0; i < 20; ++i) requests += send_frame("bob", "let me in");
  peer.send(requests);
  for (int i = 0; i < 16; ++i) peer.expect(no_user_registered);
  peer.expect_end();
}

}  // namespace
}  // namespace parley::test
