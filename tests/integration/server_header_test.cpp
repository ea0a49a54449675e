// F2, D7: what Content-length may be, and how the server takes leave of one who gets it wrong.

#include <doctest/doctest.h>

#include <string>

#include "tests/integration/alice_and_bob.hpp"
#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

TEST_CASE("F2, D7: a Content-length that is missing or bad gets ERROR 103, then the user's streams end") {
  Parleyd server;
  User bob(server.endpoint(), "bob");
  for (const std::string fields : {
           "",                                              // missing
           "Content-length:\n",                             // empty
           "Content-length: \n",                            //
           "Content-length: +5\n",                          // signs
           "Content-length: -5\n",                          //
           "Content-length: -0\n",                          //
           "Content-length: five\n",                        // not digits
           "Content-length: 5x\n",                          //
           "Content-length: 0x5\n",                         //
           "Content-length: 5.0\n",                         //
           "Content-length: 5 5\n",                         //
           "Content-length: \xd9\xa5\n",                    // an Arabic five
           "Content-length: 18446744073709551617\n",        // 2 to the 64th, and 1
           "Content-length: 99999999999999999999999999\n",  //
           "Content-length: 4294967301\n",                  // 2 to the 32nd, and 5
           "Content-length: 65537\n",                       // over the limit
           "Content-length: 5\nContent-length: 6\n",        // two that differ
           "Content-length: 5\nContent-length: x\n",        //
           "Length: 5\n",                                   // another field's name
           "Content-lengths: 5\n",                          //
           "Content length: 5\n",                           //
           "Content-length 5\n",                            // no colon
       }) {
    INFO("header fields: ", fields);
    User alice(server.endpoint(), "alice");
    alice.sending().send("SEND bob\n" + fields + "\nhello");
    alice.sending().expect(header_incomplete);
    alice.sending().expect_end();
    alice.receiving().expect_end();
    exchange(bob, bob);  // bob got none of it, and the name is free: see the next round
  }
}

TEST_CASE_FIXTURE(
    AliceAndBob,
    "F2: a Content-length in any case, with blanks, zeros before it, or twice the same, is good") {
  for (const std::string fields : {
           "Content-length: 5\n",
           "CONTENT-LENGTH: 5\n",
           "content-length: 5\n",
           "CoNtEnT-lEnGtH:5\n",
           "Content-length:     5    \n",
           "Content-length :\t5\t\r\n",
           "Content-length: 000000000000000000000000000005\n",
           "Content-length: 5\nContent-length: 5\n",
           "Content-length: 5\nContent-length: 05\n",
           "Subject: greetings\nContent-length: 5\nPriority\n",
       }) {
    INFO("header fields: ", fields);
    alice.sending().send("SEND bob\n" + fields + "\nhello");
    bob.receive("alice", "hello");
    alice.expect_sent("bob");
  }
}

TEST_CASE("D7: the error can be read before the end of the stream, also with unread input behind it") {
  Parleyd server;
  const std::string bad_request = "SEND bob\nContent-length: many\n\n";
  const std::string unread(40'000, 'x');
  for (int round = 0; round < 200; ++round) {
    INFO("round ", round);
    User alice(server.endpoint(), "a" + std::to_string(round), round % 3 == 0 ? Sockets::one : Sockets::two);
    alice.sending().send(round % 2 == 0 ? bad_request : bad_request + unread);
    CHECK(alice.sending().receive_until_end() == header_incomplete);  // fails at a reset
    CHECK(alice.sending().try_send("still sending"));                 // nor does one come behind the end
  }
}

TEST_CASE("D7: an unknown request on a registered socket, whichever it is, is answered the same way") {
  Parleyd server;
  User bob(server.endpoint(), "bob");
  for (const std::string request :
       {"HELLO\n\n", "send bob\nContent-length: 5\n\nhello", "SENT bob\n\n", "REGISTER TOBOTH alice\n\n",
        "FORWARD bob\nContent-length: 5\n\nhello", "GET / HTTP/1.1\r\nHost: chat\r\n\r\n"}) {
    INFO("request: ", request);
    for (const bool on_receiving : {false, true}) {
      User alice(server.endpoint(), "alice");
      Peer& socket = on_receiving ? alice.receiving() : alice.sending();
      Peer& other = on_receiving ? alice.sending() : alice.receiving();
      socket.send(request);
      socket.expect(header_incomplete);
      socket.expect_end();
      other.expect_end();
    }
    exchange(bob, bob);
  }
}

TEST_CASE_FIXTURE(AliceAndBob,
                  "D2, D7: requests before the bad one are answered, those behind it are not carried out") {
  alice.sending().send(send_frame("nobody", "hello") + "SEND bob\n\n" + send_frame("bob", "too late"));
  alice.sending().expect(unable_to_send);
  alice.sending().expect(header_incomplete);
  alice.sending().expect_end();
  alice.receiving().expect_end();
  exchange(bob, bob);
}

}  // namespace
}  // namespace parley::test
