#include "protocol/http_host.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace parley::http {
namespace {

using namespace std::string_literals;

/// "no", or what it is in words.
std::string authority_told(std::string_view text) {
  const auto authority = read_authority(text);
  if (!authority) return "no";
  return (authority->is_address ? "address " : "name ") + authority->name +
         (authority->port ? " " + std::to_string(*authority->port) : "");
}

TEST_CASE("WB2.1: names and ports") {
  CHECK(authority_told("localhost") == "name localhost");
  CHECK(authority_told("LocalHost:8080") == "name localhost 8080");
  CHECK(authority_told("a-b.example_1.org:0080") == "name a-b.example_1.org 80");
  CHECK(authority_told("localhost:0") == "name localhost 0");
  CHECK(authority_told("localhost:65535") == "name localhost 65535");
  // RFC 3986, 3.2.3: the port may be empty.
  CHECK(authority_told("localhost:") == "name localhost");
  CHECK(authority_told("[::1]:") == "address ::1");
  CHECK(authority_told("127.0.0.1:") == "address 127.0.0.1");
  for (const char* text : {"localhost:65536", "localhost:x", "localhost:80x", "localhost:-1", "localhost:+1",
                           "localhost: 80", "localhost:80:80", "localhost::", ":", ":80", ""}) {
    CAPTURE(text);
    CHECK(authority_told(text) == "no");
  }
}

TEST_CASE("WB2.1: the dot at the end of a name that is complete") {
  CHECK(authority_told("localhost.") == "name localhost");
  CHECK(authority_told("localhost.:1") == "name localhost 1");
  CHECK(authority_told(".") == "no");
  CHECK(authority_told("localhost..") == "name localhost.");  // none of ours
  CHECK(authority_told("127.0.0.1.") == "name 127.0.0.1");    // nor an address: is_address says so
}

TEST_CASE("WB2.1: addresses, each in one way") {
  CHECK(authority_told("127.0.0.1:1") == "address 127.0.0.1 1");
  CHECK(authority_told("[2001:DB8:0:0::1]:65535") == "address 2001:db8::1 65535");
  CHECK(authority_told("[0:0:0:0:0:0:0:1]") == "address ::1");
  CHECK(authority_told("[::FFFF:192.0.2.1]") == "address ::ffff:192.0.2.1");
  for (const char* name : {"127.1", "2130706433", "0x7f.0.0.1", "127.0.0.01", "1.2.3.4.5", "256.0.0.1"}) {
    CAPTURE(name);
    CHECK(authority_told(name).starts_with("name "));  // of which no server is
  }
  for (const char* text : {"[::1", "::1", "[::1]x", "[::1]x:1", "[]", "[127.0.0.1]", "[localhost]",
                           "[::1%25lo]", "[fe80::1%eth0]", "[v1.a]", "[ ::1]"}) {
    CAPTURE(text);
    CHECK(authority_told(text) == "no");
  }
}

TEST_CASE("WB2.1: what is no host as browsers write it") {
  for (const char* text : {"user@localhost", "user:1@localhost", "localhost/", "local host", "localhost,a",
                           "local%68ost", "h\xc3\xb6st", "localhost#", "*"}) {
    CAPTURE(text);
    CHECK(authority_told(text) == "no");
  }
  CHECK(authority_told("127.0.0.1\0.example"s) == "no");
}

TEST_CASE("A host that is an address or localhost cannot be a name of somebody else's") {
  for (const char* plain : {"", "localhost", "localhost:1", "localhost.", "LOCALHOST:", "127.0.0.1",
                            "192.0.2.7:9105", "[::1]", "[2001:db8::1]:80"}) {
    CAPTURE(plain);
    CHECK(is_plain_host(plain));
  }
  for (const char* name : {"example.org", "xlocalhost", "127.0.0.1.example.org", "127.0.0.1.", "127.1", "1a",
                           "[::1", "[x]", "a:1", "localhost..", "localhost:x"}) {
    CAPTURE(name);
    CHECK_FALSE(is_plain_host(name));
  }
}

}  // namespace
}  // namespace parley::http
