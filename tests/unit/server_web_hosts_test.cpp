#include <doctest/doctest.h>

#include <asio/ip/host_name.hpp>

#include "server/web/host_check.hpp"

namespace parley::web {
namespace {

const HostCheck& hosts() {
  static const HostCheck check({"Chat.Example", "third.example."});
  return check;
}

TEST_CASE("WB2.1: a server is known by addresses, localhost, the machine's name and those it was given") {
  for (const char* own : {"localhost", "localhost:", "LOCALHOST.:1", "127.0.0.1", "[::1]:", "192.0.2.7:8080",
                          "chat.example", "CHAT.EXAMPLE:", "chat.example.", "third.example"}) {
    CAPTURE(own);
    CHECK(hosts().is_own(own));
  }
  CHECK(hosts().is_own(asio::ip::host_name()));
  for (const char* other : {"", ":", "evil.example", "chat.example.evil", "127.1", "0177.0.0.1", "127.0.0.1.",
                            "[fe80::1%25lo]", "local%68ost", "localhost..", "u@localhost"}) {
    CAPTURE(other);
    CHECK_FALSE(hosts().is_own(other));
  }
}

TEST_CASE("WB2.2: a page may talk where it comes from") {
  CHECK(hosts().may_come_from("http://localhost", "localhost:80"));
  CHECK(hosts().may_come_from("http://localhost", "localhost:"));
  CHECK(hosts().may_come_from("https://localhost", "localhost:443"));
  CHECK(hosts().may_come_from("http://[::1]:8080", "[0:0::1]:8080"));
  CHECK(hosts().may_come_from("https://chat.example", "localhost:8080"));
  CHECK_FALSE(hosts().may_come_from("http://localhost:8080", "localhost:"));
  CHECK_FALSE(hosts().may_come_from("http://127.0.0.1", "127.0.0.1."));
  CHECK_FALSE(hosts().may_come_from("http://127.0.0.1", "localhost"));
  CHECK_FALSE(hosts().may_come_from("null", "localhost"));
  CHECK_FALSE(hosts().may_come_from("ftp://localhost", "localhost"));
}

TEST_CASE("The option takes names and addresses, and no port, not even an empty one") {
  for (const char* name : {"chat.example", "192.0.2.1", "[::1]", "a."}) CHECK(is_host_name(name));
  for (const char* none : {"", "chat.example:80", "chat.example:", "http://chat.example", "a/b", "[::1]:"})
    CHECK_FALSE(is_host_name(none));
}

}  // namespace
}  // namespace parley::web
