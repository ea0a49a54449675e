// Each limit of the server, on both sides of its edge.

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

constexpr std::string_view refusal = "ERROR 102 ";

/// Connects until the server serves one (a place that was taken may take a moment to be free again).
void expect_a_place(const Parleyd& server, const std::string& name, const PeerOptions& options = {}) {
  wait_until(
      [&] {
        Peer peer(server.endpoint(), options);
        peer.try_send(register_frame("TOSEND", name));
        const auto frame = peer.next_frame_or_end();
        return frame == registered_frame("TOSEND", name);
      },
      "the server has a place again");
}

void expect_refused_connection(Peer& peer, Where where = Where::here()) {
  const std::string text = peer.receive_until_end(where);
  if (!text.starts_with(refusal) || !text.ends_with("\n\n"))
    fail(where, "expected ERROR 102 and the end, got " + escaped(text));
}

TEST_CASE("L2: a body of the limit is delivered, one byte more is a header that is not complete") {
  Parleyd server;
  User bob(server.endpoint(), "bob");
  for (const std::size_t body_bytes : {65'535u, 65'536u}) {
    User alice(server.endpoint(), "alice" + std::to_string(body_bytes));
    std::string body(body_bytes, '\0');
    for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 31 + i / 256);
    exchange(alice, bob, body);
  }
  User alice(server.endpoint(), "alice");
  alice.sending().send("SEND bob\nContent-length: 65537\n\n");
  alice.sending().expect(header_incomplete);
  alice.sending().expect_end();
}

TEST_CASE("L2: a recipient that does not take the longest frame at once is not cut off") {
  constexpr std::size_t limit = 1048576;
  Parleyd server({"--max-body-bytes", std::to_string(limit)});
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob", Sockets::two, {.receive_buffer_bytes = 4096});
  exchange(alice, bob, std::string(limit, 'x'));
}

TEST_CASE("L2: --max-body-bytes moves the limit, down and up") {
  for (const std::size_t limit : {1u, 10u, 1'000'000u}) {
    Parleyd server({"--max-body-bytes", std::to_string(limit)});
    User alice(server.endpoint(), "alice");
    User bob(server.endpoint(), "bob");
    exchange(alice, bob, std::string(limit - 1, 'x'));
    exchange(alice, bob, std::string(limit, 'x'));
    alice.sending().send("SEND bob\nContent-length: " + std::to_string(limit + 1) + "\n\n");
    alice.sending().expect(header_incomplete);
    alice.sending().expect_end();
  }
}

/// A SEND to oneself with an empty body whose header block has `bytes` bytes.
std::string padded_send(const std::string& name, std::size_t bytes) {
  std::string header = "SEND " + name + "\nContent-length: 0\nPadding: ";
  header.append(bytes - header.size() - 2, 'x');
  return header + "\n\n";
}

TEST_CASE("L1: a header block of the limit is understood, one byte more gets ERROR 103 and the end") {
  for (const std::size_t limit : {4096u, 128u}) {
    Parleyd server({"--max-header-bytes", std::to_string(limit)});
    User alice(server.endpoint(), "alice");
    for (const std::size_t bytes : {limit - 1, limit}) {
      alice.sending().send(padded_send("alice", bytes));
      alice.receive("alice", "");
      alice.expect_sent("alice");
    }
    alice.sending().send(padded_send("alice", limit + 1));
    alice.sending().expect(header_incomplete);
    alice.sending().expect_end();
    alice.receiving().expect_end();
  }
}

TEST_CASE("L1: so it is before registration, and for a request of one line") {
  Parleyd server;
  for (const std::size_t bytes : {4095u, 4096u, 4097u}) {
    const std::string name = "u" + std::to_string(bytes);
    std::string request = "REGISTER TOSEND " + name;
    request.append(bytes - request.size() - 1, ' ');
    Peer peer(server.endpoint());
    peer.send(request + "\n");
    if (bytes <= 4096) {
      peer.expect(registered_frame("TOSEND", name));
    } else {
      peer.expect(header_incomplete);
      peer.expect_end();
    }
  }
}

TEST_CASE("L3.1: who does not register in time is ended, without a word") {
  Parleyd server({"--registration-timeout", seconds_option(milliseconds(300))});
  User alice(server.endpoint(), "alice");
  Peer silent(server.endpoint());
  Peer half_a_line(server.endpoint());
  half_a_line.send("REGIS");
  Peer refused(server.endpoint());
  refused.send(register_frame("TOSEND", "ALL"));
  refused.expect(malformed_username);
  silent.expect_end();
  half_a_line.expect_end();
  refused.expect_end();
  exchange(alice, alice);
}

TEST_CASE("L3.2: a frame that has begun must end in time: ERROR 103 and the end, however it trickles in") {
  Parleyd server({"--frame-timeout", seconds_option(milliseconds(400))});
  User idle(server.endpoint(), "idle");
  idle.sending().send("\n \n");  // blank lines begin nothing
  for (const std::string part : {"S", "SEND bob\n", "SEND bob\nContent-length: 10\n\n123"}) {
    User alice(server.endpoint(), "alice");
    alice.sending().send(part);
    alice.sending().expect(header_incomplete);
    alice.sending().expect_end();
    alice.receiving().expect_end();
  }
  User trickle(server.endpoint(), "trickle");
  trickle.sending().send("SEND bob\nContent-length: 60000\n\n");
  const Deadline deadline;
  while (!trickle.sending().wait_ready(false, Deadline(milliseconds(20)))) {
    trickle.sending().try_send("x");
    REQUIRE_FALSE(deadline.has_passed());
  }
  trickle.sending().expect(header_incomplete);
  trickle.sending().expect_end();
  exchange(idle, idle);
}

TEST_CASE("L3.2: the time begins anew with each frame") {
  Parleyd server({"--frame-timeout", seconds_option(milliseconds(1000))});
  User alice(server.endpoint(), "alice");
  const std::string frame = send_frame("alice", "hello");
  alice.sending().send(frame.substr(0, 10));
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(scaled(milliseconds(400)));  // together longer than one frame may take
    alice.sending().send(frame.substr(10) + frame.substr(0, 10));
    alice.receive("alice", "hello");
    alice.expect_sent("alice");
  }
}

TEST_CASE("L3.2, L5.2: the time does not run while it is the server that does not read") {
  Parleyd server({"--max-unanswered", "1", "--frame-timeout", seconds_option(milliseconds(300))});
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob");
  const std::string second = send_frame("bob", "2");
  const std::string third = send_frame("bob", "3");
  alice.sending().send(send_frame("bob", "1") + second.substr(0, 8));
  bob.expect_forward("alice", "1");
  alice.sending().send(second.substr(8) + third.substr(0, 8));
  std::this_thread::sleep_for(scaled(milliseconds(600)));  // longer than a frame may take
  alice.sending().send(third.substr(8));
  bob.acknowledge("alice");
  for (const std::string body : {"2", "3"}) {
    alice.expect_sent("bob");
    bob.receive("alice", body);
  }
  alice.expect_sent("bob");
}

TEST_CASE("L5.2, R7: a sender that leaves while it is not read is gone at once") {
  for (const bool sending_first : {false, true}) {
    Parleyd server({"--max-unanswered", "2", "--receipt-timeout", "600"});
    User alice(server.endpoint(), "alice");
    User bob(server.endpoint(), "bob");
    for (int i = 0; i < 5; ++i) alice.send("bob", std::to_string(i));
    bob.expect_forward("alice", "0");
    (sending_first ? alice.sending() : alice.receiving()).abort();
    (sending_first ? alice.receiving() : alice.sending()).expect_gone();
    User successor(server.endpoint(), "alice");
    exchange(successor, successor);
  }
}

TEST_CASE("L5.2: a two-socket sender over the limit of unanswered SENDs is not read until one is answered") {
  Parleyd server({"--max-unanswered", "4"});
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob");
  User carol(server.endpoint(), "carol");
  User dave(server.endpoint(), "dave");
  for (int i = 0; i < 4; ++i) alice.send("bob", std::to_string(i));
  alice.send("carol", "one more");
  bob.expect_forward("alice", "0");
  for (int i = 0; i < 20; ++i) exchange(dave, carol);  // while alice's message to carol waits
  bob.acknowledge("alice");
  alice.expect_sent("bob");
  carol.receive("alice", "one more");
  for (int i = 1; i < 4; ++i) {
    bob.receive("alice", std::to_string(i));
    alice.expect_sent("bob");
  }
  alice.expect_sent("carol");
}

TEST_CASE("L5.3: a mailbox takes so many bytes, and what is over gets ERROR 102 until some have left") {
  Parleyd server({"--max-mailbox-bytes", "10000"});
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob");
  User carol(server.endpoint(), "carol");
  const std::string body(3'000, 'x');
  constexpr int messages = 8;
  alice.send("bob", body);
  bob.expect_forward("alice", body);  // this one is out, the others wait
  for (int i = 1; i < messages; ++i) alice.send("bob", body);
  alice.send("carol", "that was all");
  carol.receive("alice", "that was all");  // the server has decided on all eight
  bob.acknowledge("alice");
  int delivered = 1;
  alice.expect_sent("bob");
  for (; delivered < 1 + 10'000 / 3'000; ++delivered) {
    bob.receive("alice", body);
    alice.expect_sent("bob");
  }
  for (; delivered < messages; ++delivered) alice.expect_unable_to_send();
  alice.expect_sent("carol");
  exchange(alice, bob, body);
}

TEST_CASE("L5.3: whoever fills a mailbox keeps nobody else's message out of it") {
  Parleyd server({"--max-mailbox-bytes", "10000"});
  User greedy(server.endpoint(), "greedy");
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob");
  User carol(server.endpoint(), "carol");
  exchange(alice, bob);  // by then bob's mailbox is open
  const std::string body(3'000, 'x');
  for (int i = 0; i < 8; ++i) greedy.send("bob", body);  // one is out, three wait, four find no room
  greedy.send("carol", "that was all");
  carol.receive("greedy", "that was all");
  alice.send("bob", body);
  alice.send("carol", "and hers");
  carol.receive("alice", "and hers");
  for (const auto& sender : {"greedy", "greedy", "alice", "greedy"}) bob.receive(sender, body);  // in turns
  alice.expect_sent("bob");
  alice.expect_sent("carol");
  for (int i = 0; i < 3; ++i) greedy.expect_sent("bob");
  for (int i = 3; i < 8; ++i) greedy.expect_unable_to_send();  // one made room for alice's
  greedy.expect_sent("carol");
  exchange(greedy, bob, body);
}

TEST_CASE(
    "L5.1: connections over the cap get ERROR 102 and a proper end, and a place is free when one leaves") {
  Parleyd server({"--max-connections", "4"});
  User alice(server.endpoint(), "alice");
  auto bob = std::make_unique<User>(server.endpoint(), "bob");
  for (int i = 0; i < 10; ++i) {
    Peer refused(server.endpoint());
    if (i % 2 == 0) refused.send(register_frame("TOSEND", "carol"));  // unread input must not make a reset
    expect_refused_connection(refused);
  }
  exchange(alice, *bob);
  bob.reset();
  expect_a_place(server, "carol");
}

TEST_CASE("L5.1: more refusals than are told at once are told one after the other") {
  Parleyd server({"--max-connections", "2", "--max-refusals", "1", "--linger-timeout",
                  seconds_option(milliseconds(50))});
  User alice(server.endpoint(), "alice");
  std::vector<Peer> refused;
  for (int i = 0; i < 8; ++i) refused.emplace_back(server.endpoint());
  for (auto& peer : refused) expect_refused_connection(peer);
  exchange(alice, alice);
}

TEST_CASE("L5.1: --max-connections-per-address caps one address and no other") {
  Parleyd server({"--max-connections-per-address", "2"});
  User alice(server.endpoint(), "alice");
  Peer third(server.endpoint());
  expect_refused_connection(third);
  User bob(server.endpoint(), "bob", Sockets::two, {.source_host = "127.0.0.2"});
  exchange(alice, bob);
  bob.close();
  expect_a_place(server, "carol", {.source_host = "127.0.0.2"});
  exchange(alice, alice);
}

TEST_CASE(
    "L5.1: with a file limit of 64 and 100 clients the rest are refused cleanly, and places come back") {
  Parleyd server({}, {.limits = {{RLIMIT_NOFILE, 64}}});
  const auto crowd = [&](const std::string& prefix) {
    std::vector<Peer> clients;
    for (int i = 0; i < 100; ++i) {
      clients.emplace_back(server.endpoint());
      clients.back().send(register_frame("TOSEND", prefix + std::to_string(i)));
    }
    std::vector<Peer> served;
    for (std::size_t i = 0; i < clients.size(); ++i) {
      INFO("client ", i);
      Peer client = std::move(clients[i]);  // closed once it is looked at, unless it is served
      const std::string frame = client.next_frame();
      if (frame == registered_frame("TOSEND", prefix + std::to_string(i))) {
        served.push_back(std::move(client));
        continue;
      }
      CHECK(frame.starts_with(refusal));
      client.expect_end();
    }
    return served;
  };
  auto served = crowd("first");
  CHECK(served.size() >= 20);
  CHECK(served.size() < 64);
  const std::size_t places = served.size();
  const std::size_t with_a_crowd = server.descriptors();
  CHECK(with_a_crowd <= 64);
  served.clear();
  wait_until([&] { return server.descriptors() <= with_a_crowd - places; }, "the places are free again");
  CHECK(crowd("second").size() == places);
}

// Sanitizers need more address space than can be limited.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_sanitized = true;
#elif defined(__has_feature)
constexpr bool is_sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool is_sanitized = false;
#endif

TEST_CASE("L5.1: clients for whom no thread can be made are refused cleanly, and places come back" *
          doctest::skip(is_sanitized)) {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  const auto limit_address_space = [&](rlim_t bytes) {
    const rlimit limit{bytes, RLIM_INFINITY};
    REQUIRE(::prlimit(server.process().pid(), RLIMIT_AS, &limit, nullptr) == 0);
  };
  std::size_t pages = 0;
  std::ifstream("/proc/" + std::to_string(server.process().pid()) + "/statm") >> pages;
  limit_address_space(pages * static_cast<std::size_t>(::getpagesize()) + 2'000'000);  // a few stacks
  // They say nothing: without a thread nobody could read it, and unread input makes a reset.
  std::vector<Peer> clients;
  for (int i = 0; i < 40; ++i) clients.emplace_back(server.endpoint());
  expect_refused_connection(clients.back());  // so those before it are decided on as well
  std::size_t refused = 1;
  clients.pop_back();
  for (auto& client : clients) {
    if (!client.wait_ready(false, Deadline(milliseconds(20)))) continue;
    expect_refused_connection(client);
    ++refused;
  }
  CHECK(refused > 20);
  exchange(alice, alice);
  limit_address_space(RLIM_INFINITY);
  expect_a_place(server, "bob");
  exchange(alice, alice);
}

}  // namespace
}  // namespace parley::test
