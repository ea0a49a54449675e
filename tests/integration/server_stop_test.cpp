// SIGTERM and SIGINT: nobody new, answers in flight are finished, every stream ends, exit 0 in time.

#include <doctest/doctest.h>

#include <signal.h>

#include <atomic>
#include <future>
#include <string>
#include <vector>

#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

/// Waits until the server that was told to stop takes no more connections.
void wait_until_closed(const Endpoint& server) {
  wait_until(
      [&] {
        try {
          Peer peer(server);
          return false;
        } catch (const std::exception&) {
          return true;  // refused
        }
      },
      "the port is closed");
}

TEST_CASE("Stop: either signal ends every stream properly, whatever its state, and the server exits with 0") {
  for (const int signal : {SIGTERM, SIGINT}) {
    Parleyd server({"--linger-timeout", seconds_option(milliseconds(300))});
    User two(server.endpoint(), "two");
    User one(server.endpoint(), "one", Sockets::one);
    exchange(two, one);
    User within_a_frame(server.endpoint(), "within");
    within_a_frame.sending().send("SEND two\nContent-length: 100\n\nhalf");
    Peer silent(server.endpoint());
    Peer half_registered(
        server.endpoint());  // its answer shows that the one before it has been accepted, too
    register_for(half_registered, "TOSEND", "half");
    server.process().signal(signal);
    two.sending().expect_end();
    two.receiving().expect_end();
    one.sending().expect_end();
    within_a_frame.sending().receive_until_end();
    within_a_frame.receiving().expect_end();
    half_registered.expect_end();
    silent.expect_end();
    CHECK(server.process().wait() == Exit{0, 0});
  }
}

TEST_CASE("Stop: the last line counts users, messages and bytes") {
  Parleyd server({"--linger-timeout", seconds_option(milliseconds(100))});
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob");
  for (int i = 0; i < 3; ++i) exchange(alice, bob, "12345");
  alice.send("ALL", "1234567");
  bob.receive("alice", "1234567");
  alice.expect_sent("ALL");
  for (int i = 0; i < 2; ++i) {
    alice.send("nobody", "12345");
    alice.expect_unable_to_send();
  }
  CHECK(server.stop() ==
        "parleyd: served 2 users, delivered 4 messages, refused 2, 22 bytes, turned away 0 connections");
}

TEST_CASE("Stop: an answer in flight is finished first") {
  Parleyd server({"--linger-timeout", seconds_option(milliseconds(300))});
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob");
  User carol(server.endpoint(), "carol", Sockets::one);
  alice.send("bob", "before the stop");
  bob.expect_forward("alice", "before the stop");
  carol.send("ALL", "from one socket");
  alice.expect_forward("carol", "from one socket");
  server.process().signal(SIGTERM);
  wait_until_closed(server.endpoint());
  bob.acknowledge("alice");
  alice.expect_sent("bob");
  bob.receive("carol", "from one socket");
  alice.acknowledge("carol");
  carol.expect_sent("ALL");
  alice.sending().expect_end();
  bob.receiving().expect_end();
  carol.sending().expect_end();
  CHECK(server.process().wait() == Exit{0, 0});
}

TEST_CASE("Stop: a recipient that does not answer delays it by the stop time at most") {
  const std::string time = seconds_option(milliseconds(300));
  Parleyd server({"--stop-timeout", time, "--linger-timeout", time});
  User alice(server.endpoint(), "alice");
  User silent(server.endpoint(), "silent");
  alice.send("silent", "hello");
  silent.expect_forward("alice", "hello");
  server.process().signal(SIGTERM);
  CHECK(server.process().wait(Deadline(milliseconds(5'000))) == Exit{0, 0});
  const std::string rest = alice.sending().receive_until_end();
  CHECK((rest.empty() || rest == unable_to_send));
  silent.expect_gone();
}

TEST_CASE("Stop: peers that do not close their side delay it by the linger time at most") {
  Parleyd server({"--linger-timeout", seconds_option(milliseconds(300))});
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob", Sockets::one);
  server.process().signal(SIGTERM);
  CHECK(server.process().wait(Deadline(milliseconds(5'000))) == Exit{0, 0});
}

/// Keeps twenty SENDs unanswered until the stream ends, which it must do properly. Returns how many were
/// SENT.
std::size_t send_without_end(User sender, const std::string& recipient, std::atomic<std::size_t>& answered) {
  const std::string request = send_frame(recipient, "under load");
  for (int i = 0; i < 20; ++i) sender.sending().send(request);
  std::size_t sent = 0;
  while (const auto frame = sender.sending().next_frame_or_end()) {
    if (*frame == sent_frame(recipient)) ++sent;
    ++answered;
    sender.sending().try_send(request);
  }
  return sent;
}

TEST_CASE("Stop under load: every SEND was answered or its socket closed, the server exits with 0 in time") {
  for (int round = 0; round < 10; ++round) {
    Parleyd server;
    std::vector<std::future<std::size_t>> recipients;
    std::vector<std::future<std::size_t>> senders;
    std::atomic<std::size_t> answered = 0;
    for (int i = 0; i < 8; ++i) {
      const std::string name = "to" + std::to_string(i);
      const auto sockets = i % 2 == 0 ? Sockets::two : Sockets::one;
      recipients.push_back(answer_everything(User(server.endpoint(), name)));
      senders.push_back(std::async(std::launch::async, send_without_end,
                                   User(server.endpoint(), "from" + std::to_string(i), sockets), name,
                                   std::ref(answered)));
    }
    wait_until([&] { return answered > 500; }, "the load runs");
    server.process().signal(SIGTERM);
    CHECK(server.process().wait(Deadline(milliseconds(8'000))) == Exit{0, 0});
    for (std::size_t i = 0; i < senders.size(); ++i)
      CHECK(senders[i].get() <= recipients[i].get());  // no SENT without a RECEIVED
  }
}

}  // namespace
}  // namespace parley::test
