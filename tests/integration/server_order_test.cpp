// D2, D3: one answer to each SEND, in order; one FORWARD at a time; nobody waits behind a stranger's
// recipient.

#include <doctest/doctest.h>

#include <future>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/alice_and_bob.hpp"
#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

TEST_CASE_FIXTURE(AliceAndBob, "D2: answers come in the order of the SENDs, whoever answers first") {
  User carol(server.endpoint(), "carol");
  alice.sending().send(send_frame("nobody", "0") + send_frame("bob", "1") + send_frame("carol", "2") +
                       send_frame("nobody", "3") + send_frame("bob", "4") + send_frame("carol", "5") +
                       send_frame("ALL", "6") + send_frame("nobody", "7"));
  alice.expect_unable_to_send();
  carol.expect_forward("alice", "2");  // carol thinks about it
  bob.receive("alice", "1");
  bob.receive("alice", "4");
  bob.receive("alice", "6");
  alice.expect_sent("bob");
  exchange(bob, bob);  // 3 and 4 are decided long since
  CHECK_FALSE(alice.sending().try_next_frame());
  carol.acknowledge("alice");
  alice.expect_sent("carol");
  alice.expect_unable_to_send();
  alice.expect_sent("bob");
  carol.receive("alice", "5");
  alice.expect_sent("carol");
  carol.receive("alice", "6");
  alice.expect_sent("ALL");
  alice.expect_unable_to_send();
  exchange(alice, bob);
}

TEST_CASE("D2: thousands of pipelined SENDs to quick, slow, refusing and unknown users") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  std::mt19937 random(20);
  std::vector<std::string> names = {"quick", "slow", "refusing", "nobody"};
  std::vector<std::string> answers = {sent_frame("quick"), sent_frame("slow"), std::string(header_incomplete),
                                      std::string(unable_to_send)};
  std::vector<std::size_t> choices(3000);
  for (auto& choice : choices) choice = random() % names.size();

  const auto answer_all = [&](std::size_t self) {
    User user(server.endpoint(), names[self]);
    return std::async(std::launch::async, [&choices, self, user = std::move(user)]() mutable {
      std::size_t answered = 0;
      for (std::size_t i = 0; i < choices.size(); ++i) {
        if (choices[i] != self) continue;
        user.expect_forward("alice", std::to_string(i));
        if (self == 1 && ++answered % 50 == 0) std::this_thread::sleep_for(milliseconds(3));
        if (self == 2)
          user.receiving().send("ERROR 103 Header Incomplete\n\n");
        else
          user.acknowledge("alice");
      }
    });
  };
  auto quick = answer_all(0), slow = answer_all(1), refusing = answer_all(2);

  std::string requests;
  for (std::size_t i = 0; i < choices.size(); ++i)
    requests += send_frame(names[choices[i]], std::to_string(i));
  alice.sending().send(requests);
  for (const auto choice : choices) alice.sending().expect(answers[choice]);
  quick.get();
  slow.get();
  refusing.get();
}

TEST_CASE("D2: two senders to one recipient each get the answers to their own messages") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  User carol(server.endpoint(), "carol");
  User bob(server.endpoint(), "bob");
  constexpr int messages = 50;  // each; fewer than the limit for unanswered ones
  for (int i = 0; i < messages; ++i) {
    alice.send("bob", "from alice");
    carol.send("bob", "from carol");
  }
  for (int i = 0; i < 2 * messages; ++i) {
    const std::string forward = bob.receiving().next_frame();
    if (forward == forward_frame("alice", "from alice")) {
      bob.acknowledge("alice");
    } else {
      CHECK(forward == forward_frame("carol", "from carol"));
      bob.receiving().send("ERROR 103 Header Incomplete\n\n");
    }
  }
  for (int i = 0; i < messages; ++i) {
    alice.expect_sent("bob");
    carol.sending().expect(header_incomplete);
  }
}

TEST_CASE_FIXTURE(AliceAndBob, "D3: the next FORWARD leaves when the last is answered, not before") {
  User carol(server.endpoint(), "carol");
  constexpr int messages = 20;
  for (int i = 0; i < messages; ++i) alice.send("bob", std::to_string(i));
  alice.send("carol", "that was all");
  carol.receive("alice", "that was all");  // so the server has seen every message to bob
  for (int i = 0; i < messages; ++i) {
    bob.expect_forward("alice", std::to_string(i));
    exchange(carol, carol);
    CHECK_FALSE(bob.receiving().try_next_frame());
    bob.acknowledge("alice");
    alice.expect_sent("bob");
  }
  alice.expect_sent("carol");
}

TEST_CASE("D3: a recipient that takes its time delays no one else") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  User slow(server.endpoint(), "slow");
  User bob(server.endpoint(), "bob");
  User carol(server.endpoint(), "carol");
  alice.send("slow", "take your time");
  slow.expect_forward("alice", "take your time");
  carol.send("slow", "and then answer me");
  for (int i = 0; i < 200; ++i) {
    exchange(bob, bob);
    exchange(bob, alice);  // alice waits as a sender and still receives
    exchange(slow, bob);   // slow owes an answer and still sends
  }
  CHECK_FALSE(alice.sending().try_next_frame());
  slow.acknowledge("alice");
  alice.expect_sent("slow");
  slow.receive("carol", "and then answer me");
  carol.expect_sent("slow");
}

TEST_CASE("D3: many senders to one recipient are all served, each one's messages in order") {
  Parleyd server;
  constexpr int senders = 8;
  constexpr int messages = 30;
  User bob(server.endpoint(), "bob");
  std::vector<User> users;
  for (int i = 0; i < senders; ++i) users.emplace_back(server.endpoint(), "user" + std::to_string(i));
  for (int i = 0; i < messages; ++i)
    for (auto& user : users) user.send("bob", std::to_string(i));
  std::vector<int> next(senders, 0);
  for (int i = 0; i < senders * messages; ++i) {
    const std::string forward = bob.receiving().next_frame();
    const auto sender = static_cast<std::size_t>(forward.at(12) - '0');  // "FORWARD userN..."
    REQUIRE(sender < users.size());
    CHECK(forward == forward_frame(users[sender].name(), std::to_string(next[sender]++)));
    bob.acknowledge(users[sender].name());
  }
  for (auto& user : users)
    for (int i = 0; i < messages; ++i) user.expect_sent("bob");
}

}  // namespace
}  // namespace parley::test
