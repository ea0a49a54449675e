// F1 to F4: how sloppy a peer may be, and how exact the server is.

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/integration/alice_and_bob.hpp"
#include "tests/support/every_byte.hpp"
#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

/// All that a one-socket user says in its life: it signs on and sends a message to itself.
std::string whole_life(const std::string& name, const std::string& body) {
  return register_frame("TOSEND", name) + register_frame("TORECV", name) + send_frame(name, body) +
         received_frame(name);
}

/// All that it must be told.
std::string whole_life_answers(const std::string& name, const std::string& body) {
  return registered_frame("TOSEND", name) + registered_frame("TORECV", name) + forward_frame(name, body) +
         sent_frame(name);
}

TEST_CASE("F1: requests may end in any of the ways that real peers end them") {
  Parleyd server;
  int users = 0;
  using Strings = std::pair<std::string, std::string>;
  for (const auto& [end, answer_end] : {Strings{"\n\n", "\n\n"},
                                        {"\n", "\n\n"},
                                        {"\n\n\n", "\n\n"},
                                        {"\n \n", "\n \n"},
                                        {" \n \n", " \n \n"},
                                        {"\r\n", "\r\n\r\n"},
                                        {"\r\n\r\n", "\r\n\r\n"},
                                        {"\n\t\n", "\n \n"},
                                        {"\nContent-length: 0\n\n", "\n\n"}}) {
    const std::string name = "peer" + std::to_string(++users);
    Peer to_send(server.endpoint());
    Peer to_recv(server.endpoint());
    to_send.send("REGISTER TOSEND " + name + end);
    to_send.expect("REGISTERED TOSEND " + name + answer_end);
    to_recv.send("REGISTER TORECV " + name + end);
    to_recv.expect("REGISTERED TORECV " + name + answer_end);
    for (const std::string body : {"one", "two"}) {
      to_send.send("SEND " + name + "\nContent-length: 3\n\n" + body);
      to_recv.expect(forward_frame(name, body));
      to_recv.send("RECEIVED " + name + end);
      to_send.expect(sent_frame(name));
    }
  }
}

TEST_CASE("F1: a header block may have CR LF, blanks around its lines and words, and a blank last line") {
  Parleyd server;
  User bob(server.endpoint(), "bob");
  Peer& socket = bob.sending();
  for (const std::string header : {
           "SEND bob\r\nContent-length: 5\r\n\r\n",
           "SEND bob\nContent-length: 5\n \n",
           "SEND bob \n Content-length: 5 \n \t \n",
           "  SEND \t bob  \n\tContent-length \t:\t5\t\n\n",
           "\n \r\n\nSEND bob\nContent-length: 5\n\n",
       }) {
    INFO("header: ", header);
    socket.send(header + "hello");
    bob.receive("bob", "hello");
    bob.expect_sent("bob");
  }
  bob.sending().send(" \t REGISTER  TOSEND   bob \r\n\r\n");
  bob.sending().expect("ERROR 100 Already registered as bob\r\n\r\n");
}

TEST_CASE("F1: a blank line between requests is skipped, also when the body before it did not count it") {
  Parleyd server;
  User bob(server.endpoint(), "bob");
  for (int i = 0; i < 3; ++i) {
    bob.sending().send(send_frame("bob", "hello") + "\n");
    bob.receiving().expect(forward_frame("bob", "hello") + "\n");  // F1.7
    bob.acknowledge("bob");
    bob.expect_sent("bob");
  }
}

TEST_CASE_FIXTURE(AliceAndBob,
                  "F2: every byte value, and what looks like frames, pass through a body untouched") {
  for (const std::string& body : {every_byte(), std::string(1, '\0'), std::string("\n\n"),
                                  std::string("two  blanks, a \n and \r\n"), send_frame("bob", "inner"),
                                  received_frame("alice"), std::string("\xc3\xa9t\xc3\xa9 \xf0\x9f\x8e\x89")})
    exchange(alice, bob, body);
}

TEST_CASE_FIXTURE(AliceAndBob, "F2: the body is as long as it says: what follows it is the next request") {
  alice.sending().send("SEND bob\nContent-length: 5\n\nhello" + send_frame("bob", "again"));
  bob.receive("alice", "hello");
  bob.receive("alice", "again");
  alice.expect_sent("bob");
  alice.expect_sent("bob");
}

TEST_CASE("F3: a conversation may be cut at any byte, registration and all") {
  Parleyd server;
  const std::string body = "a body\nof two lines";
  const std::size_t length = whole_life("u000", body).size();
  for (std::size_t cut = 0; cut <= length; ++cut) {
    std::string name = std::to_string(cut);
    name = "u" + std::string(3 - name.size(), '0') + name;
    INFO("cut before byte ", cut);
    Peer peer(server.endpoint());
    peer.send_cut(whole_life(name, body), cut);
    peer.expect(whole_life_answers(name, body));
  }
}

TEST_CASE("F3: a conversation may come a byte per segment") {
  Parleyd server;
  for (int i = 0; i < 5; ++i) {
    const std::string name = "u" + std::to_string(i);
    Peer peer(server.endpoint());
    peer.send_byte_by_byte(whole_life(name, every_byte()));
    peer.expect(whole_life_answers(name, every_byte()));
  }
}

TEST_CASE_FIXTURE(AliceAndBob, "F3: many requests may come in one segment, the last of them incomplete") {
  constexpr int messages = 40;
  std::string requests;
  for (int i = 0; i < messages; ++i) requests += send_frame("bob", std::to_string(i));
  const std::string last = send_frame("bob", "last");
  alice.sending().send(requests + last.substr(0, last.size() - 2));
  for (int i = 0; i < messages; ++i) bob.receive("alice", std::to_string(i));
  for (int i = 0; i < messages; ++i) alice.expect_sent("bob");
  alice.sending().send(last.substr(last.size() - 2));
  bob.receive("alice", "last");
  alice.expect_sent("bob");
}

TEST_CASE_FIXTURE(AliceAndBob, "F4: each frame leaves in one write: one recv brings it whole") {
  for (int round = 0; round < 100; ++round) {
    const std::string body(round % 2 == 0 ? 1 : 16'000, 'x');
    alice.send("bob", body);
    CHECK(bob.receiving().receive_once() == forward_frame("alice", body));
    bob.acknowledge("alice");
    CHECK(alice.sending().receive_once() == sent_frame("bob"));
    alice.send("nobody", body);
    CHECK(alice.sending().receive_once() == unable_to_send);
  }
}

}  // namespace
}  // namespace parley::test
