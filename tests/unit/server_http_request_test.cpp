#include "server/metrics/http_request.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace parley::metrics {
namespace {

using namespace std::string_literals;

/// The whole request in words; "more" when it is not complete.
std::string told(std::string_view bytes) {
  const auto request = read_request(bytes);
  if (!request) return "more";
  if (request->fault != 0) return std::to_string(request->fault);
  return (request->is_head ? "HEAD " : "GET ") + std::string(request->path);
}

TEST_CASE("What is asked for is known once the head is complete, and not before") {
  const std::string request = "GET /metrics?x=1&y HTTP/1.1\r\nHost: a\r\nUser-Agent: Prometheus/2.42\r\n\r\n";
  for (std::size_t size = 0; size < request.size(); ++size) {
    CAPTURE(size);
    CHECK(told(request.substr(0, size)) == "more");
  }
  CHECK(told(request) == "GET /metrics");
  CHECK(told(request + "GET /next HTTP/1.1\r\n\r\n") == "GET /metrics");
}

TEST_CASE("Other clients ask otherwise") {
  CHECK(told("HEAD / HTTP/1.0\r\n\r\n") == "HEAD /");
  CHECK(told("GET /metrics HTTP/1.0\n\n") == "GET /metrics");
  CHECK(told("GET /metrics HTTP/1.1\n\r\n") == "GET /metrics");
  CHECK(told("GET /a%20b/../c HTTP/1.1\r\nHost:\r\n\r\n") == "GET /a%20b/../c");
}

TEST_CASE("What is no request is known by its first line") {
  for (const std::string_view line :
       {"", "GET", "GET /", "GET  / HTTP/1.1", "/ HTTP/1.1", "GET / http/1.1", "GET metrics HTTP/1.1",
        "GET http://h/metrics HTTP/1.1", "G\x01T / HTTP/1.1", "GET /\x7f HTTP/1.1", "GET /\xc3\xa9 HTTP/1.1",
        "REGISTER TOSEND ann", "\x16\x03\x01\x02"}) {
    CAPTURE(std::string(line));
    CHECK(told(std::string(line) + "\n") == "400");
  }
  CHECK(told("GET /\0 HTTP/1.1\r\n"s) == "400");
  CHECK(told("POST /metrics HTTP/1.1\r\n") == "405");
  CHECK(told("get /metrics HTTP/1.1\r\n") == "405");
  CHECK(told("GET /metrics HTTP/2\r\n") == "505");
  CHECK(told("PRI * HTTP/2.0\r\n") == "505");
}

TEST_CASE("The host is what the one field of that name says") {
  const auto host = [](const std::string& fields) {
    const std::string bytes = "GET / HTTP/1.1\r\n" + fields + "\r\n";
    return std::string(read_request(bytes)->host);
  };
  CHECK(host("Host: localhost:9105\r\n") == "localhost:9105");
  CHECK(host("X: y\r\nhOST:\t[::1] \r\nZ: Host: a\r\n") == "[::1]");
  CHECK(host("Host: a\nX: b\n") == "a");
  CHECK(host("") == "");
  CHECK(host("Host\r\nHost :a\r\nX-Host: a\r\n") == "");
  CHECK(host("Host: a\r\nHost: b\r\n") == "");
  CHECK(host("X: y\r\n\r\nHost: a\r\n") == "");
}

TEST_CASE("A host that is an address or localhost cannot be a name of somebody else's") {
  for (const char* plain :
       {"", "localhost", "localhost:1", "127.0.0.1", "192.0.2.7:9105", "[::1]", "[2001:db8::1]:80"})
    CHECK(is_plain_host(plain));
  for (const char* name :
       {"example.org", "localhost.", "xlocalhost", "127.0.0.1.example.org", "1a", "[::1", "a:1"})
    CHECK_FALSE(is_plain_host(name));
}

TEST_CASE("A head has its longest length") {
  const std::string beginning = "GET / HTTP/1.1\r\nX: ";
  const std::string end = "\r\n\r\n";
  const std::string filling(max_request_bytes - beginning.size() - end.size(), 'x');
  CHECK(told(beginning + filling + end) == "GET /");
  CHECK(told(beginning + filling + "xxx") == "more");
  CHECK(told(beginning + filling + "xxxx") == "431");
  CHECK(told(std::string(max_request_bytes - 1, 'x')) == "more");
  CHECK(told(std::string(max_request_bytes, 'x')) == "431");
}

}  // namespace
}  // namespace parley::metrics
