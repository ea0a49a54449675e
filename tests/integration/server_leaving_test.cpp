// R7: users that go, in every way and at every moment, and what the server keeps of them: nothing.

#include <doctest/doctest.h>

#include <deque>
#include <future>
#include <random>
#include <string>
#include <vector>

#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

enum class Ending { close, half_close, abort };

void end(Peer& socket, Ending ending) {
  switch (ending) {
    case Ending::close:
      return socket.close();
    case Ending::half_close:
      return socket.half_close();
    case Ending::abort:
      return socket.abort();
  }
}

constexpr Ending endings[] = {Ending::close, Ending::half_close, Ending::abort};

TEST_CASE("R7: when either socket ends the other is closed and the name is free at once") {
  Parleyd server;
  User bob(server.endpoint(), "bob");
  for (const auto ending : endings) {
    for (const bool sending_first : {true, false}) {
      User alice(server.endpoint(), "alice");
      exchange(bob, alice);
      end(sending_first ? alice.sending() : alice.receiving(), ending);
      (sending_first ? alice.receiving() : alice.sending()).expect_end();
    }
    User alice(server.endpoint(), "alice", Sockets::one);
    exchange(bob, alice);
    alice.sending().half_close();
    alice.sending().expect_end();
  }
}

TEST_CASE("R7: a SEND that waited for its turn when its user left reaches nobody in that name") {
  Parleyd server({"--max-unanswered", "1"});
  User bob(server.endpoint(), "bob");
  User alice(server.endpoint(), "alice");
  alice.send("bob", "first");
  bob.expect_forward("alice", "first");
  alice.send("bob", "second");
  alice.receiving().close();
  // One answer to each that was read by then: whether the second one was is chance.
  const std::string answers = alice.sending().receive_until_end();
  CHECK(answers.starts_with(unable_to_send));
  CHECK((answers.size() == unable_to_send.size() ||
         answers == std::string(unable_to_send) + std::string(unable_to_send)));
  User successor(server.endpoint(), "alice");
  bob.acknowledge("alice");
  exchange(successor, bob, "only this");
}

TEST_CASE("R7: who has read the end of the stream may register the name in the same moment") {
  Parleyd server;
  Peer next(server.endpoint());
  for (int round = 0; round < 300; ++round) {
    INFO("round ", round);
    Peer current = std::move(next);
    current.send(register_frame("TOSEND", "alice") + register_frame("TORECV", "alice"));
    current.expect(registered_frame("TOSEND", "alice") + registered_frame("TORECV", "alice"));
    next = Peer(server.endpoint());
    current.send("SEND bob\n\n");
    current.expect(header_incomplete);
    current.expect_end();
  }
}

TEST_CASE("R7: whoever registers the name next gets its messages") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  for (int generation = 0; generation < 50; ++generation) {
    User bob(server.endpoint(), "bob");
    exchange(alice, bob);
    end(bob.receiving(), endings[generation % 3]);
    bob.sending().expect_end();
  }
  alice.send("bob", "are you there?");
  alice.expect_unable_to_send();
}

TEST_CASE("R7, D1: deliveries that are out to or wait for a user that leaves fail with ERROR 102") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  User carol(server.endpoint(), "carol");
  for (const auto ending : endings) {
    for (const bool sending_first : {true, false}) {
      User bob(server.endpoint(), "bob");
      alice.send("bob", "out");
      bob.expect_forward("alice", "out");
      alice.send("bob", "waits");
      carol.send("bob", "waits too");
      carol.send("ALL", "as does this, for bob");
      alice.receive("carol", "as does this, for bob");  // so bob's mailbox has it, too
      end(sending_first ? bob.sending() : bob.receiving(), ending);
      alice.expect_unable_to_send();
      alice.expect_unable_to_send();
      carol.expect_unable_to_send();
      carol.expect_unable_to_send();
      (sending_first ? bob.receiving() : bob.sending()).receive_until_end();
    }
  }
  exchange(alice, carol);
  exchange(carol, alice);
}

TEST_CASE("D1: a recipient that is killed in mid-delivery costs its sender that message, nothing more") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  User carol(server.endpoint(), "carol");
  const std::string body(60'000, 'x');
  for (int round = 0; round < 30; ++round) {
    INFO("round ", round);
    User bob(server.endpoint(), "bob", round % 2 == 0 ? Sockets::two : Sockets::one);
    alice.send("bob", body);
    if (round % 3 == 0) bob.expect_forward("alice", body);
    if (round % 3 == 1) bob.receiving().wait_ready(false);  // the rest is killed before a byte came
    bob.receiving().abort();
    if (round % 2 == 0) bob.sending().expect_gone();
    alice.expect_unable_to_send();
    exchange(alice, carol);
  }
}

TEST_CASE("D2: a sender that leaves while it waits takes nothing with it") {
  Parleyd server;
  User bob(server.endpoint(), "bob");
  User carol(server.endpoint(), "carol");
  for (const auto ending : endings) {
    User alice(server.endpoint(), "alice");
    alice.send("bob", "first");
    bob.expect_forward("alice", "first");
    alice.send("bob", "second");
    alice.send("carol", "third");
    carol.receive("alice", "third");
    end(alice.sending(), ending);
    alice.receiving().expect_end();
    bob.acknowledge("alice");
    bob.receive("alice", "second");  // it was accepted before she left
    exchange(carol, bob);
  }
  exchange(bob, carol);
}

/// A legal conversation of one user, as bytes.
std::string conversation(const std::string& name, std::mt19937& random) {
  std::string bytes = register_frame("TOSEND", name) + register_frame("TORECV", name);
  for (int i = 0; i < 6; ++i) {
    const char* const recipients[] = {"bob", "nobody", name.c_str(), "client0", "client100"};
    bytes += send_frame(recipients[random() % 5], std::string(random() % 300, 'x'));
    bytes += received_frame("someone");
  }
  return bytes;
}

TEST_CASE("R7: 200 clients that each die at a random byte disturb nobody and leave nothing behind") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  auto answers_of_bob = answer_everything(User(server.endpoint(), "bob"));
  alice.send("bob", "hello");
  alice.expect_sent("bob");
  const std::size_t threads = server.threads();
  const std::size_t descriptors = server.descriptors();
  std::mt19937 random(7);
  std::deque<Peer> dying;
  for (int i = 0; i < 200; ++i) {
    INFO("client ", i);
    const std::string bytes = conversation("client" + std::to_string(i), random);
    dying.emplace_back(server.endpoint()).send(std::string_view(bytes).substr(0, random() % bytes.size()));
    if (dying.size() == 20) {  // the others are still at it
      end(dying.front(), endings[random() % 3]);
      dying.pop_front();
    }
    alice.send("bob", "still there?");
    alice.expect_sent("bob");
  }
  dying.clear();
  wait_until([&] { return server.threads() <= threads && server.descriptors() <= descriptors; },
             "threads and descriptors are back to the start");
  exchange(alice, alice);
  server.stop();
  CHECK(answers_of_bob.get() >= 201);
}

TEST_CASE("R7: threads and descriptors are back to the start after 200 clients came and went") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  exchange(alice, alice);
  const std::size_t threads = server.threads();
  const std::size_t descriptors = server.descriptors();
  for (int round = 0; round < 4; ++round) {
    std::vector<User> users;
    for (int i = 0; i < 50; ++i) {
      const std::string name = "user" + std::to_string(round) + "x" + std::to_string(i);
      users.emplace_back(server.endpoint(), name, i % 2 == 0 ? Sockets::two : Sockets::one);
      exchange(alice, users.back());
    }
    // At the start the one that its first line was written to may still have been open.
    CHECK(server.descriptors() >= descriptors + 75 - 1);
    if (round % 2 == 0)
      for (auto& user : users) user.sending().abort();
  }
  wait_until([&] { return server.threads() <= threads && server.descriptors() <= descriptors; },
             "threads and descriptors are back to the start");
  exchange(alice, alice);
}

}  // namespace
}  // namespace parley::test
