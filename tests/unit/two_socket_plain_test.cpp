// A client's frames that are plain are read in one go when they are all there, and else by the search: both
// say the same.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/unit/two_socket_check.hpp"

namespace parley::two_socket {
namespace {

using std::string;

const string length_of_two = "Content-length: 2\n\n";

TEST_CASE("F1, F2: what is nearly plain is read as it is when it comes byte by byte") {
  const std::vector<string> names{"bob\r", " bob", "bob ", "\tbob", "bob\t", "", " ", "\r", "b b", "bob\x0b"};
  const std::vector<string> fields{"Content-length: 2\n\n",       "Content-length: 2\r\n\r\n",
                                   "Content-length: 2\n\r\n",     "Content-length: 2 \n\n",
                                   "Content-length:  2\n\n",      "Content-length:2\n\n",
                                   "Content-length: +2\n\n",      "Content-length: 02\n\n",
                                   "Content-length: -2\n\n",      "Content-length: 2x\n\n",
                                   "content-length: 2\n\n",       "Content-length: 2\n",
                                   "Content-length: 2\nA: b\n\n", "Content-length: 99999999999999999999\n\n"};
  std::vector<string> frames;
  for (const string& name : names)
    for (const string& field : fields) frames.push_back("SEND " + name + "\n" + field + "hi");
  for (const string& field : fields) frames.push_back("SEND bob\n" + field + "hi");
  for (const string& name : names)
    for (const string end : {"\n\n", "\n\r\n", "\r\n\r\n", "\n \n", "\n"})
      frames.push_back("RECEIVED " + name + end);
  const std::vector<string> rests{"", "\n", "SEND eve\n" + length_of_two + "yo", "RECEIVED eve\n\n"};
  for (const string& frame : frames)
    for (const string& rest : rests)
      for (const Side from : {Side::client, Side::server}) {
        CAPTURE(describe(Unknown{frame + rest}));
        CHECK(run(from, {}, frame + rest) == run(from, {}, frame + rest, 0, 1));
      }
}

TEST_CASE("F1: a CR, or a blank, is no part of a name") {
  for (const string name : {"bob\r", "bob ", " bob"}) {
    check_events(Side::client, "SEND " + name + "\n" + length_of_two + "hi", {R"(SEND "bob" "hi")"});
    check_events(Side::client, "RECEIVED " + name + "\n\n", {R"(RECEIVED "bob")"});
  }
}

TEST_CASE("L1: a plain header at its limit") {
  const FrameLimits limits{64, 100};
  const auto send = [](std::size_t bytes) {
    return "SEND " + string(bytes - 6 - length_of_two.size(), 'x') + "\n" + length_of_two;
  };
  const auto received = [](std::size_t bytes) { return "RECEIVED " + string(bytes - 10, 'x') + "\n"; };
  REQUIRE(send(64).size() == 64);
  REQUIRE(received(64).size() == 64);
  for (const std::size_t bytes : {63U, 64U}) {
    const string name(bytes - 6 - length_of_two.size(), 'x');
    check_events(Side::client, send(bytes) + "hi", {"SEND \"" + name + R"(" "hi")"}, Ends::between_frames,
                 limits);
    check_events(Side::client, received(bytes) + "\n", {"RECEIVED \"" + string(bytes - 10, 'x') + "\""},
                 Ends::between_frames, limits);
  }
  for (const string& frame : {send(65) + "hi", received(65) + "\n"})
    check_events(Side::client, frame, {"violation L1, the last"}, Ends::between_frames, limits);
}

TEST_CASE("L2: a plain frame in a body over the limit is none") {
  const FrameLimits limits{64, 10};
  const string body = "SEND eve\n" + length_of_two + "hiRECEIVED eve\n\n";
  check_events(Side::client, "SEND bob\nContent-length: " + std::to_string(body.size()) + "\n\n" + body,
               {"violation L2"}, Ends::between_frames, limits);
}

TEST_CASE("M2: a server's SEND is a report, and announces no body") {
  check_events(Side::server, "SEND bob\n\n", {R"(delivered "bob")"});
}

}  // namespace
}  // namespace parley::two_socket
