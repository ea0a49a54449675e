// D4: messages to ALL.

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/alice_and_bob.hpp"
#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

std::vector<User> make_users(const Endpoint& server, int count) {
  std::vector<User> users;
  for (int i = 0; i < count; ++i) users.emplace_back(server, "user" + std::to_string(i));
  return users;
}

TEST_CASE_FIXTURE(AliceAndBob,
                  "D4: everyone but the sender gets it, SENT ALL comes when the last has answered") {
  User carol(server.endpoint(), "carol", Sockets::one);
  for (const std::string recipient : {"ALL", "all", "All"}) {
    alice.send(recipient, "hello everyone");
    bob.receive("alice", "hello everyone");
    carol.expect_forward("alice", "hello everyone");
    exchange(bob, bob);
    CHECK_FALSE(alice.sending().try_next_frame());
    carol.acknowledge("alice");
    alice.expect_sent("ALL");
  }
  exchange(bob, alice);  // alice got none of it herself
}

TEST_CASE("D4: alone, also beside a user that is only half there, gets ERROR 102") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  alice.send("ALL", "anyone?");
  alice.expect_unable_to_send();
  Peer half(server.endpoint());
  register_for(half, "TORECV", "bob");
  alice.send("ALL", "anyone?");
  alice.expect_unable_to_send();
  exchange(alice, alice);
}

TEST_CASE("D4: one that refuses makes ERROR 102, the others have it") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  auto others = make_users(server.endpoint(), 3);
  alice.send("ALL", "hello");
  for (auto& user : others) user.expect_forward("alice", "hello");
  others[0].acknowledge("alice");
  others[1].receiving().send("ERROR 103 Header Incomplete\n\n");
  others[2].acknowledge("alice");
  alice.expect_unable_to_send();
  for (auto& user : others) exchange(alice, user);
}

TEST_CASE("D4: one that dies before it answers makes ERROR 102, the others have it") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  auto others = make_users(server.endpoint(), 3);
  for (auto& user : others) exchange(alice, user);
  alice.send("ALL", "hello");
  for (auto& user : others) user.expect_forward("alice", "hello");
  others[1].receiving().abort();
  others[0].acknowledge("alice");
  others[2].acknowledge("alice");
  alice.expect_unable_to_send();
  exchange(alice, others[0]);
  exchange(alice, others[2]);
}

TEST_CASE("D4: one that never answers makes ERROR 102 after the receipt time") {
  Parleyd server({"--receipt-timeout", seconds_option(milliseconds(300))});
  User alice(server.endpoint(), "alice");
  auto others = make_users(server.endpoint(), 3);
  alice.send("ALL", "hello");
  others[0].receive("alice", "hello");
  others[2].receive("alice", "hello");
  alice.expect_unable_to_send();
  others[1].expect_gone();
  exchange(alice, others[0]);
}

TEST_CASE("D4: it goes to everyone at once: each has it before any has answered") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  auto others = make_users(server.endpoint(), 40);
  alice.send("ALL", std::string(10'000, 'x'));
  for (auto& user : others) user.expect_forward("alice", std::string(10'000, 'x'));
  for (auto& user : others) user.acknowledge("alice");
  alice.expect_sent("ALL");
}

TEST_CASE("D4: five recipients that take 200 ms each delay the answer by little more than 200 ms") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  auto others = make_users(server.endpoint(), 5);
  std::vector<std::future<void>> answers;
  for (auto& user : others)
    answers.push_back(std::async(std::launch::async, [&user] {
      user.expect_forward("alice", "hello");
      std::this_thread::sleep_for(milliseconds(200));
      user.acknowledge("alice");
    }));
  const auto start = std::chrono::steady_clock::now();
  alice.send("ALL", "hello");
  alice.expect_sent("ALL");
  const auto duration = std::chrono::steady_clock::now() - start;
  for (auto& answer : answers) answer.get();
  CHECK(duration >= milliseconds(200));
  CHECK(duration < milliseconds(800));  // one after another: 1000 ms
}

TEST_CASE_FIXTURE(AliceAndBob,
                  "D4: a broadcast waits in the mailbox of whoever owes an answer, and for nobody else") {
  User carol(server.endpoint(), "carol");
  carol.send("bob", "first");
  bob.expect_forward("carol", "first");
  alice.send("ALL", "second");
  carol.receive("alice", "second");
  exchange(bob, carol);
  CHECK_FALSE(bob.receiving().try_next_frame());
  CHECK_FALSE(alice.sending().try_next_frame());
  bob.acknowledge("carol");
  carol.expect_sent("bob");
  bob.receive("alice", "second");
  alice.expect_sent("ALL");
}

TEST_CASE("D4: broadcasts of all to all at the same moment are all delivered") {
  Parleyd server;
  constexpr int users_count = 6;
  constexpr int rounds = 20;
  auto users = make_users(server.endpoint(), users_count);
  std::vector<std::future<void>> ends;
  for (auto& user : users)
    ends.push_back(std::async(std::launch::async, [&user] {
      for (int i = 0; i < rounds; ++i) user.send("ALL", user.name());
      for (int i = 0; i < rounds * (users_count - 1); ++i) {
        user.receiving().next_frame();
        user.acknowledge("someone");
      }
      for (int i = 0; i < rounds; ++i) user.expect_sent("ALL");
    }));
  for (auto& end : ends) end.get();
}

}  // namespace
}  // namespace parley::test
