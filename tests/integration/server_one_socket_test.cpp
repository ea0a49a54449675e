// R5: users with one socket for both directions.

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <string>
#include <vector>

#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

struct Tally {
  int sent = 0;      // SENDs answered SENT
  int unable = 0;    // SENDs answered ERROR 102
  int received = 0;  // FORWARDs
};

/// Plays a one-socket user that sends `messages` to each of `partners`, at most `window` of them unanswered,
/// and answers what it gets, until all `players` have all their answers. Fails when nothing moves any more.
Tally play(User& user, const std::vector<std::string>& partners, int messages, int window,
           std::atomic<int>& finished, int players) {
  Tally tally;
  Peer& socket = user.sending();
  std::string unsent;
  const int wanted = messages * static_cast<int>(partners.size());
  int asked = 0;
  bool counted = false;
  const milliseconds longest_silence(20'000);
  Deadline deadline(longest_silence);
  int progress = 0;
  while (finished < players) {
    const int answered = tally.sent + tally.unable;
    if (answered == wanted && !counted) {
      counted = true;
      ++finished;
    }
    for (; asked < wanted && asked - answered < window; ++asked)
      unsent +=
          send_frame(partners[static_cast<std::size_t>(asked) % partners.size()], std::to_string(asked));
    const auto count = socket.try_send(unsent);
    if (!count) fail_errno(Where::here(), user.name() + " cannot send");
    unsent.erase(0, *count);
    while (const auto frame = socket.try_next_frame()) {
      if (frame->starts_with("FORWARD ")) {
        ++tally.received;
        unsent += received_frame("you");
      } else if (frame->starts_with("SENT ")) {
        ++tally.sent;
      } else {
        CHECK(*frame == unable_to_send);
        ++tally.unable;
      }
    }
    if (const int all = tally.sent + tally.unable + tally.received; all != progress) {
      progress = all;
      deadline = Deadline(longest_silence);
    }
    socket.wait_ready(!unsent.empty(), Deadline(milliseconds(10)));
    if (deadline.has_passed())
      fail(Where::here(), user.name() + " has " + std::to_string(answered) + " answers of " +
                              std::to_string(wanted) + ", " + std::to_string(unsent.size()) +
                              " bytes unsent");
  }
  return tally;
}

std::vector<Tally> play_all(Parleyd& server, int players, int messages, int window) {
  std::vector<User> users;
  for (int i = 0; i < players; ++i)
    users.emplace_back(server.endpoint(), "user" + std::to_string(i), Sockets::one);
  std::atomic<int> finished = 0;
  std::vector<std::future<Tally>> ends;
  for (auto& user : users) {
    std::vector<std::string> partners;
    for (const auto& other : users)
      if (other.name() != user.name()) partners.push_back(other.name());
    ends.push_back(std::async(std::launch::async, [&, partners] {
      return play(user, partners, messages, window, finished, players);
    }));
  }
  std::vector<Tally> tallies;
  for (auto& end : ends) tallies.push_back(end.get());
  return tallies;
}

TEST_CASE("R5: one socket registers for both, in either order, and carries both streams") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob", Sockets::one);
  exchange(alice, bob);
  exchange(bob, alice);

  Peer carol(server.endpoint());
  carol.send(register_frame("TORECV", "carol") + register_frame("TOSEND", "carol"));
  carol.expect(registered_frame("TORECV", "carol") + registered_frame("TOSEND", "carol"));
  alice.send("carol", "hello");
  carol.expect(forward_frame("alice", "hello"));
  carol.send(received_frame("alice") + send_frame("alice", "hello too"));
  alice.expect_sent("carol");
  alice.receive("carol", "hello too");
  carol.expect(sent_frame("alice"));
}

TEST_CASE("R5: two one-socket users send to each other at the same moment") {
  Parleyd server;
  User alice(server.endpoint(), "alice", Sockets::one);
  User bob(server.endpoint(), "bob", Sockets::one);
  for (int round = 0; round < 200; ++round) {
    alice.send("bob", "ping");
    bob.send("alice", "pong");
    // Each has a SEND unanswered while it must answer the other's FORWARD.
    bob.receive("alice", "ping");
    alice.receive("bob", "pong");
    alice.expect_sent("bob");
    bob.expect_sent("alice");
  }
}

TEST_CASE("R5: crossfire of two one-socket users, within the limit of unanswered SENDs: all is delivered") {
  Parleyd server;
  constexpr int messages = 5000;
  for (const auto& tally : play_all(server, 2, messages, 60)) {
    CHECK(tally.sent == messages);
    CHECK(tally.unable == 0);
    CHECK(tally.received == messages);
  }
}

TEST_CASE("R5: crossfire without any restraint: each SEND gets one answer, what was SENT was received") {
  Parleyd server;
  constexpr int messages = 5000;
  const auto tallies = play_all(server, 2, messages, messages);
  for (const auto& tally : tallies) CHECK(tally.sent + tally.unable == messages);
  CHECK(tallies[0].sent == tallies[1].received);
  CHECK(tallies[1].sent == tallies[0].received);
}

TEST_CASE("R5: crossfire of six one-socket users, each to all others") {
  Parleyd server;
  int sent = 0;
  int received = 0;
  for (const auto& tally : play_all(server, 6, 300, 50)) {
    CHECK(tally.unable == 0);
    sent += tally.sent;
    received += tally.received;
  }
  CHECK(sent == 6 * 5 * 300);
  CHECK(received == sent);
}

TEST_CASE(
    "R5: a one-socket user over the limit of unanswered SENDs gets ERROR 102 in order, its receipts are "
    "read") {
  Parleyd server({"--max-unanswered", "4"});
  User alice(server.endpoint(), "alice", Sockets::one);
  User bob(server.endpoint(), "bob");
  User carol(server.endpoint(), "carol");
  for (int i = 0; i < 4; ++i) alice.send("bob", std::to_string(i));
  alice.send("carol", "one too many");
  exchange(carol, alice);  // alice's socket is read although she has four out
  for (int i = 0; i < 4; ++i) {
    bob.receive("alice", std::to_string(i));
    alice.expect_sent("bob");
  }
  alice.expect_unable_to_send();
  exchange(alice, carol);
}

}  // namespace
}  // namespace parley::test
