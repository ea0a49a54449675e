// Peers that speak something else, or nothing, or never listen. None of them disturbs another client.

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/integration/alice_and_bob.hpp"
#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

std::string garbage(std::size_t bytes) {
  std::mt19937 random(64);
  std::string text(bytes, '\0');
  for (char& byte : text) do
      byte = static_cast<char>(random());
    while (byte == '\n');
  return text;
}

TEST_CASE("Bad input: 64 KiB without a newline get ERROR 103 and a proper end") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  for (int round = 0; round < 20; ++round) {
    Peer stranger(server.endpoint());
    stranger.send(garbage(64 * 1024));
    stranger.expect(header_incomplete);
    stranger.expect_end();
    exchange(alice, alice);
  }
  User bob(server.endpoint(), "bob");
  bob.receiving().send(garbage(64 * 1024));
  bob.receiving().expect(header_incomplete);
  bob.receiving().expect_end();
  bob.sending().expect_end();
}

TEST_CASE("Bad input: a TLS hello gets one answer and the end") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  hello += garbage(506);
  Peer browser(server.endpoint());
  browser.send(hello);
  CHECK(browser.receive_until_end() ==
        "ERROR 101 This port is for two-socket clients; yours speaks TLS.\n\n");
  exchange(alice, alice);
}

TEST_CASE("Bad input: an HTTP request gets one answer and the end") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  for (const std::string request :
       {"GET / HTTP/1.1\r\nHost: localhost:5050\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n",
        "POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 22\r\n\r\nREGISTER TOSEND eve\n\n\n"}) {
    Peer browser(server.endpoint());
    browser.send(request);
    CHECK(browser.receive_until_end() ==
          "ERROR 101 This port is for two-socket clients; yours speaks HTTP.\n\n");
  }
  exchange(alice, alice);
}

TEST_CASE("Bad input: a byte now and then does not buy time beyond the registration time") {
  Parleyd server({"--registration-timeout", seconds_option(milliseconds(400))});
  User alice(server.endpoint(), "alice");
  Peer trickle(server.endpoint());
  const Deadline deadline;
  while (!trickle.wait_ready(false, Deadline(milliseconds(20)))) {
    trickle.try_send("R");
    REQUIRE_FALSE(deadline.has_passed());
  }
  trickle.expect_gone();
  exchange(alice, alice);
}

TEST_CASE("Bad input: a hundred that connect and say nothing keep nobody out") {
  Parleyd server;
  std::vector<Peer> silent;
  for (int i = 0; i < 100; ++i) silent.emplace_back(server.endpoint());
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob");
  exchange(alice, bob);
}

TEST_CASE("Bad input: a recipient that never reads is ended, its senders are told, others are undisturbed") {
  Parleyd server({"--receipt-timeout", seconds_option(milliseconds(500))});
  User alice(server.endpoint(), "alice");
  User carol(server.endpoint(), "carol");
  User dave(server.endpoint(), "dave");
  User deaf(server.endpoint(), "deaf", Sockets::two, {.receive_buffer_bytes = 4096});
  const std::string body(65'536, 'x');
  for (int i = 0; i < 5; ++i) alice.send("deaf", body);
  for (int i = 0; i < 50; ++i) exchange(carol, dave);
  for (int i = 0; i < 5; ++i) alice.expect_unable_to_send();
  deaf.expect_gone();
  exchange(alice, carol);
}

TEST_CASE("Bad input: a sender that never reads its answers is ended, others are undisturbed") {
  Parleyd server({"--progress-timeout", seconds_option(milliseconds(1000))});
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob");
  for (const auto sockets : {Sockets::two, Sockets::one}) {
    const std::string name = sockets == Sockets::two ? "deaf2" : "deaf1";
    User deaf(server.endpoint(), name, sockets, {.receive_buffer_bytes = 4096});
    std::string requests;
    for (int i = 0; i < 1000; ++i) requests += send_frame("nobody", "");
    const Deadline deadline;
    std::size_t begun = 0;  // bytes of the last frame that are sent already
    for (;;) {
      const auto count = deaf.sending().try_send(std::string_view(requests).substr(begun));
      if (!count) break;
      begun = (begun + *count) % requests.size();
      exchange(alice, bob);
      if (deadline.has_passed()) fail(Where::here(), "a sender that does not read is still served");
    }
    deaf.expect_gone();
    exchange(alice, bob);
  }
}

TEST_CASE("Bad input: ends of stream and resets at once after the connection") {
  Parleyd server;
  User alice(server.endpoint(), "alice");
  for (int i = 0; i < 50; ++i) {
    Peer(server.endpoint()).abort();
    Peer(server.endpoint()).close();
    Peer half(server.endpoint());
    half.half_close();
    half.expect_end();
  }
  exchange(alice, alice);
}

}  // namespace
}  // namespace parley::test
