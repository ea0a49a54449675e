// What the log tells, what it must never tell, and that nobody needs to read it.

#include <doctest/doctest.h>

#include <signal.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/contains.hpp"
#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

/// A server that does not wait long for peers that stay when it stops.
std::vector<std::string> with_short_linger(std::vector<std::string> options) {
  options.insert(options.end(), {"--linger-timeout", seconds_option(milliseconds(100))});
  return options;
}

TEST_CASE("Log: one line for each arrival, departure, refusal and dropped client") {
  Parleyd server(with_short_linger({"--receipt-timeout", seconds_option(milliseconds(200))}));
  Capture& log = server.process().error();
  User alice(server.endpoint(), "alice");
  log.wait_for("alice");
  Peer refused(server.endpoint());
  refused.send(register_frame("TOSEND", "ALICE"));
  refused.expect(username_taken);
  log.wait_for("ALICE");
  User silent(server.endpoint(), "silent");
  alice.send("silent", "hello");
  alice.expect_unable_to_send();
  silent.expect_gone();
  const std::size_t lines_before = static_cast<std::size_t>(std::ranges::count(log.text(), '\n'));
  alice.close();
  wait_until([&] { return static_cast<std::size_t>(std::ranges::count(log.text(), '\n')) > lines_before; },
             "the departure of alice is told");
  server.stop();
}

TEST_CASE("Log: message bodies never show above debug") {
  for (const std::string level : {"info", "warning"}) {
    Parleyd server(
        with_short_linger({"--log-level", level, "--receipt-timeout", seconds_option(milliseconds(200))}));
    User alice(server.endpoint(), "alice");
    User bob(server.endpoint(), "bob");
    exchange(alice, bob, "swordfish");
    alice.send("nobody", "swordfish");
    alice.expect_unable_to_send();
    alice.send("bob", "swordfish");
    alice.expect_unable_to_send();  // bob does not answer and is dropped
    Peer early(server.endpoint());
    early.send(send_frame("bob", "swordfish"));
    early.expect(no_user_registered);
    alice.sending().send("SEND bob\n\nswordfish");
    alice.sending().expect(header_incomplete);
    alice.sending().expect_end();
    server.stop();
    CHECK_FALSE(contains(server.process().error().text(), "swordfish"));
  }
}

TEST_CASE("Log: at debug every frame is told") {
  Parleyd server(with_short_linger({"--log-level", "debug"}));
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob");
  exchange(alice, bob);
  server.stop();
  const std::string log = server.process().error().text();
  for (const std::string word : {"REGISTER", "REGISTERED", "SEND", "FORWARD", "RECEIVED", "SENT"}) {
    INFO(word);
    CHECK(contains(log, word));
  }
}

TEST_CASE("Log: what a peer sends cannot drive a terminal or forge a line") {
  const std::string attack = "eve\x1b[31m\r2026-01-01 info forged\x07\xff\x9b";
  for (const std::string level : {"info", "debug"}) {
    Parleyd server(with_short_linger({"--log-level", level}));
    User alice(server.endpoint(), "alice");
    Peer eve(server.endpoint());
    eve.send(register_frame("TOSEND", attack));
    eve.expect(malformed_username);
    eve.send(attack + "\n\n");
    eve.expect(no_user_registered);
    alice.send(attack, attack);
    alice.expect_unable_to_send();
    exchange(alice, alice, attack + "\n" + attack);
    alice.receiving().send("ERROR 103 " + attack + "\n\n");
    alice.sending().send(attack + "\n\n");
    alice.sending().expect(header_incomplete);
    alice.sending().expect_end();
    server.stop();
    const std::string log = server.process().error().text();
    CHECK(contains(log, "\\x1b[31m"));
    CHECK(std::ranges::none_of(log, [](char byte) {
      const auto value = static_cast<unsigned char>(byte);
      return (value < 0x20 && byte != '\n') || value == 0x7f || value >= 0x80;
    }));
    CHECK_FALSE(contains(log, "\n2026-01-01 info forged"));
  }
}

TEST_CASE("Log: a standard error that nobody reads never blocks the server") {
  Parleyd server(with_short_linger({"--log-level", "debug"}), {.read_standard_error = false});
  User alice(server.endpoint(), "alice");
  User bob(server.endpoint(), "bob");
  const std::string body(1000, 'x');
  for (int i = 0; i < 1000; ++i) exchange(alice, bob, body);  // many times what a pipe holds
  server.process().signal(SIGTERM);
  CHECK(server.process().wait() == Exit{0, 0});
}

}  // namespace
}  // namespace parley::test
