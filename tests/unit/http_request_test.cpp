#include "protocol/http_request.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "protocol/text.hpp"
#include "tests/unit/cuts.hpp"

namespace parley::http {
namespace {

/// A request in words: what is unusual of it.
struct Words {
  std::string operator()(const NeedMore&) const { return {}; }
  std::string operator()(const Fault& m) const { return std::to_string(m.status); }
  std::string operator()(const Request& m) const {
    std::string words = m.method == Method::get ? "GET" : m.method == Method::head ? "HEAD" : "other";
    words += " " + m.path + " at " + m.host;
    if (m.origin) words += " from <" + *m.origin + ">";
    if (!m.known_tags.empty()) words += " known " + m.known_tags;
    if (m.takes_gzip) words += " gzip";
    if (!m.keeps_alive) words += " last";
    if (m.has_body) words += " body";
    if (m.wants_websocket)
      words += " websocket " + m.websocket_key.value_or("without key") +
               (m.has_websocket_version ? "" : " of another version");
    return words;
  }
};

constexpr auto describe = test::describe_with<Words>;

void check(const std::string& bytes, const std::vector<std::string>& expected) {
  CAPTURE(visible(bytes.substr(0, 300)));
  test::check_however_cut(Parser(), bytes, expected, describe);
}

/// A GET of / at h with these fields, each with its line's end.
std::string get(const std::string& fields = {}) {
  return "GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}

std::string told(const std::string& bytes) {
  const auto events = test::describe_events(Parser(), bytes, describe);
  return events.empty() ? "more" : events.front();
}

std::string upgrade(const std::string& fields =
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n") {
  return "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n" + fields +
         "\r\n";
}

}  // namespace

TEST_CASE("WB1.1: requests one after the other, however they are cut") {
  check(get() + "HEAD /style.css?v=2 HTTP/1.1\r\nhost:h:80\r\n\r\n\r\n" + get(),
        {"GET / at h", "HEAD /style.css at h:80", "GET / at h"});
  check("\r\n\r\n" + get("Accept: */*\r\nUser-Agent: a b\r\n"), {"GET / at h"});
  check("GET / HTTP/1.0\r\n\r\n" + get(), {"GET / at  last"});
  check("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", {"GET / at "});
  check(get("Connection: close\r\n") + get(), {"GET / at h last"});
  check("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n" + get(), {"other  at h", "GET / at h"});
  check("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", {"other  at h"});
}

TEST_CASE("WB1.1: nothing is known before the empty line") {
  const std::string request = get("If-None-Match: \"a\"\r\n");
  for (std::size_t size = 0; size < request.size(); ++size) CHECK(told(request.substr(0, size)) == "more");
  Parser parser;
  CHECK_FALSE(parser.in_frame());
  parser.feed("\r\nG");
  CHECK(std::holds_alternative<NeedMore>(parser.next()));
  CHECK(parser.in_frame());
}

TEST_CASE("WB1.2: what the page's files are asked with") {
  CHECK(told(get("If-None-Match: W/\"a\", \"b\"\r\n")) == "GET / at h known W/\"a\", \"b\"");
  for (const std::string all : {"gzip", "deflate, GZIP;q=0.5, br", "br,gzip;q=1.000", "gzip ; q=0.1"})
    CHECK_MESSAGE(told(get("Accept-Encoding: " + all + "\r\n")) == "GET / at h gzip", all);
  for (const std::string none : {"", "br", "gzip;q=0", "gzip; q=0.000", "xgzip", "identity, *"})
    CHECK_MESSAGE(told(get("Accept-Encoding: " + none + "\r\n")) == "GET / at h", none);
  CHECK(told(get("Accept-Encoding: br\r\nAccept-Encoding: gzip\r\n")) == "GET / at h gzip");
}

TEST_CASE("WB1.3: one request is not read as two") {
  const std::string body = "GET /b HTTP/1.1\r\nHost: h\r\n\r\n";
  const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
  check(get(length) + body, {"GET / at h last body"});
  check(get("Transfer-Encoding: chunked\r\n") + "0\r\n\r\n" + body, {"GET / at h last body"});
  check(get("Transfer-Encoding: gzip\r\n") + body, {"GET / at h last body"});
  check(get("Transfer-Encoding: xchunked\r\n") + body, {"GET / at h last body"});
  for (const std::string& fields :
       {length + "Content-Length: 0\r\n", length + "Transfer-Encoding: chunked\r\n",
        std::string("Content-Length: -1\r\n"), std::string("Content-Length: 1, 2\r\n"),
        std::string("Content-Length: 99999999999999999999\r\n"), std::string("Content-Length : 3\r\n"),
        std::string(" folded: 3\r\n"), std::string("X: a\r\n\tb\r\n"),
        std::string("X: a\nContent-Length: 3\r\n"), std::string("X: a\rb\r\n"), std::string("X\r\n"),
        std::string(": x\r\n"), std::string("X: a\0b\r\n", 8)}) {
    CAPTURE(visible(fields));
    const auto events = test::describe_events(Parser(), get(fields) + body, describe);
    REQUIRE(events.size() == 1);
    CHECK((events[0] == "400" || events[0] == "GET / at h last body"));
  }
}

TEST_CASE("WB1.2: which tags a client names, in its list") {
  for (const char* known : {"*", " * ", "\"a\"", "W/\"a\"", "\"x\", \"a\"", "\"x\",\"a\",W/\"y\"",
                            " , \"x\" ,, W/\"a\" ,", "W/\"x\"\t,\t\"a\"", "\"\", \"a\"", "\"x,y\", \"a\""}) {
    CAPTURE(known);
    CHECK(names_tag(known, "\"a\""));
    CHECK(names_tag(known, "W/\"a\""));
  }
  for (const char* known :
       {"", ",", "a", "\"A\"", "\"ab\"", "\"x, \"a\", \"", "\"x\"a\"", "\"x\" \"a\"", "x, \"a\"", "\"a",
        "w/\"a\"", "W/ \"a\"", "\"x\", *", "*, \"x\"", "**", "\"x\", W/", "W/"})
    CHECK_FALSE_MESSAGE(names_tag(known, "\"a\""), known);
  CHECK(names_tag("\"x\", W/\"a,b\"", "\"a,b\""));
  CHECK_FALSE(names_tag("\"x,\"a\",y\"", "\"a\""));
}

TEST_CASE("WB1.3: what is no request") {
  for (const std::string line :
       {"GET", "GET /", "GET  / HTTP/1.1", " GET / HTTP/1.1", "/ HTTP/1.1", "GET / http/1.1",
        "GET x HTTP/1.1", "GET https://h/ HTTP/1.1", "GET http://other/ HTTP/1.1", "GET http://u@h/ HTTP/1.1",
        "G\x01T / HTTP/1.1", "GET /\x7f HTTP/1.1", "REGISTER TOSEND ann", "GET / HTTP/1.1 x",
        "GET /\xc3\xa9 x HTTP/1.1"}) {
    CAPTURE(visible(line));
    CHECK(told(line + "\r\nHost: h\r\n\r\n") == "400");
  }
  CHECK(told("GET / HTTP/1.1\n") == "400");
  CHECK(told("GET / HTTP/1.1\r\nHost: h\n") == "400");
  CHECK(told("GET / HTTP/2.0\r\nHost: h\r\n\r\n") == "505");
  CHECK(told("PRI * HTTP/2.0\r\n\r\n") == "505");
  CHECK(told("GET / HTTP/1.2\r\nHost: h\r\n\r\n") == "505");
  for (const std::string version :
       {"11", "1", "1.", ".1", "1.10", "10.0", "a.b", "1,1", "1.1\r", "1.1\t", "", "2.0\r"})
    CHECK_MESSAGE(told("GET / HTTP/" + version + "\r\nHost: h\r\n\r\n") == "400", visible(version));
  CHECK(told("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n") == "GET / at h");
  CHECK(told("GET HTTP://h?q HTTP/1.1\r\nHost: h\r\n\r\n") == "GET / at h");
  CHECK(told("GET http://h/a?q=http://x HTTP/1.1\r\nHost: h\r\n\r\n") == "GET /a at h");
}

TEST_CASE("WB2.1: one Host") {
  CHECK(told("GET / HTTP/1.1\r\n\r\n") == "400");
  CHECK(told("GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n") == "400");
  CHECK(told("GET / HTTP/1.0\r\nHost: h\r\nHOST: i\r\n\r\n") == "400");
  CHECK(told("GET / HTTP/1.1\r\nHost:  [::1]:8080 \r\n\r\n") == "GET / at [::1]:8080");
  CHECK(told("GET / HTTP/1.1\r\nHost:\r\n\r\n") == "GET / at ");
}

TEST_CASE("WB2.2: each Origin") {
  CHECK(told(get("Origin: null\r\n")) == "GET / at h from <null>");
  CHECK(told(get("Origin: http://a\r\nOrigin: http://b\r\n")) == "GET / at h from <http://a, http://b>");
}

TEST_CASE("WB3.1: who wants a WebSocket, and what is said behind that") {
  const std::string wanted = "GET /ws at h websocket dGhlIHNhbXBsZSBub25jZQ==";
  CHECK(told(upgrade()) == wanted);
  CHECK(told(upgrade("")) == "GET /ws at h websocket without key of another version");
  CHECK(told(upgrade("Sec-WebSocket-Version: 8\r\n")) ==
        "GET /ws at h websocket without key of another version");
  for (const std::string key :
       {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZ===", "dGhlIHNhbXBsZSBub25j ZQ==",
        "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=="})
    CHECK(told(upgrade("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + "\r\n")) ==
          "GET /ws at h websocket without key");
  CHECK(told(upgrade(
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n")) == "GET /ws at h websocket without key");
  CHECK(told(get("Upgrade: websocket\r\n")) == "GET / at h");
  CHECK(told(get("Connection: upgrade\r\nUpgrade: h2c\r\n")) == "GET / at h");
  CHECK(told("GET /ws HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n") == "GET /ws at  last");

  Parser parser;
  parser.feed(upgrade() + "\x81\x85");
  CHECK(describe(parser.next()) == wanted);
  CHECK(parser.pending() == "\x81\x85");
}

TEST_CASE("WB1.4: empty lines before a request, as many as a head may have bytes") {
  std::string lines;
  while (lines.size() < max_head_bytes) lines += "\r\n";
  check(lines + get() + lines + get(), {"GET / at h", "GET / at h"});
  check(lines + "\r\n" + get(), {"431"});
}

TEST_CASE("WB1.4: the longest head, and the longest line") {
  const auto head_of = [](std::size_t bytes) {
    return get("X: " + std::string(bytes - get("X: \r\n").size(), 'x') + "\r\n");
  };
  check(head_of(max_head_bytes), {"GET / at h"});
  check(head_of(max_head_bytes + 1), {"431"});
  CHECK(told(head_of(max_head_bytes + 1).substr(0, max_head_bytes - 1)) == "more");
  CHECK(told(head_of(max_head_bytes + 1).substr(0, max_head_bytes)) == "431");
  const auto line_of = [](std::size_t bytes) {
    return "GET /" + std::string(bytes - 14, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n";
  };
  check(line_of(max_line_bytes), {"GET /" + std::string(max_line_bytes - 14, 'x') + " at h"});
  check(line_of(max_line_bytes + 1), {"414"});
  CHECK(told(std::string(max_line_bytes, 'x')) == "more");
  CHECK(told(std::string(max_line_bytes, 'x') + '\r') == "more");
  CHECK(told(std::string(max_line_bytes + 1, 'x')) == "414");
}

}  // namespace parley::http
