// Who and where, as people write it on a command line.

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "client/address.hpp"
#include "tests/support/contains.hpp"

using namespace parley::client;
using parley::test::contains;

namespace {

/// "name host port", or what is wrong.
std::string read(std::string_view user_name, std::string_view host = "") {
  std::string problem;
  const auto address = parse_address(user_name, host, problem);
  CHECK(address.has_value() == problem.empty());
  return address ? address->name + " " + address->host + " " + address->port : problem;
}

}  // namespace

TEST_CASE("names, hosts and ports, together or apart") {
  CHECK(read("") == "  ");
  CHECK(read("alice") == "alice  ");
  CHECK(read("alice", "example.org") == "alice example.org ");
  CHECK(read("alice", "example.org:5051") == "alice example.org 5051");
  CHECK(read("alice@example.org") == "alice example.org ");
  CHECK(read("alice@example.org:1") == "alice example.org 1");
}

TEST_CASE("the colons of an IPv6 address part no port, unless it stands in brackets") {
  CHECK(read("alice", "::1") == "alice ::1 ");
  CHECK(read("alice", "[::1]") == "alice ::1 ");
  CHECK(read("alice", "[::1]:65535") == "alice ::1 65535");
  CHECK(read("alice@[fe80::1%eth0]:5050") == "alice fe80::1%eth0 5050");
}

TEST_CASE("what is not clear is said") {
  for (const auto* const host : {"h:", "h:0", "h:65536", "h:x", "[::1]:", "h:+1", "h: 1"})
    CHECK_MESSAGE(contains(read("a", host), "no port from 1 to 65535"), host);
  CHECK(contains(read("a", "[::1"), "no ]"));
  CHECK(contains(read("a", "[::1]5050"), "something else than :PORT"));
  for (const auto* const host : {":5050", "[]:1"}) CHECK(contains(read("a", host), "names no host"));
  CHECK(contains(read("a@"), "names no host"));
  CHECK(contains(read("@host"), "no name before its @"));
  CHECK(contains(read("a@b", "c"), "given twice"));
}
