#include <doctest/doctest.h>

#include <string>

#include "server/web/answer.hpp"

namespace parley::web {
namespace {

const EmbeddedFile& script() {
  const EmbeddedFile* const file = find_page_file("/app.js");
  REQUIRE(file != nullptr);
  return *file;
}

const PageBodies& bodies() {
  static const PageBodies made;
  return made;
}

Answer ask(const http::Request& request) {
  return page_answer(script(), bodies(), request, http::Then::next);
}

bool says(const Answer& answer, const std::string& field) {
  return answer.text.find("\r\n" + field + "\r\n") != std::string::npos;
}

TEST_CASE(
    "WB1.2: a file comes with its type, tag and policy, and its bytes are those of all others who ask") {
  const Answer plain = ask({});
  CHECK(plain.text.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(plain.text.ends_with("\r\n\r\n"));
  CHECK(says(plain, "Content-Type: text/javascript; charset=utf-8"));
  CHECK(says(plain, "Content-Length: " + std::to_string(script().bytes.size())));
  CHECK(says(plain, "ETag: " + std::string(script().tag)));
  CHECK(plain.text.find("Content-Security-Policy: default-src 'none';") != std::string::npos);
  REQUIRE(plain.body);
  CHECK(plain.body->bytes() == script().bytes);
  CHECK(plain.body == ask({}).body);
}

TEST_CASE("WB1.2: compressed for those who take it") {
  http::Request request;
  request.takes_gzip = true;
  const Answer packed = ask(request);
  CHECK(says(packed, "Content-Encoding: gzip"));
  CHECK(says(packed, "Content-Length: " + std::to_string(script().gzip.size())));
  REQUIRE(packed.body);
  CHECK(packed.body->bytes() == script().gzip);
}

TEST_CASE("WB1.2: who has it already is told so") {
  const std::string digest(script().tag.substr(2));
  for (const std::string& known :
       {std::string(script().tag), digest, "\"other\", " + digest, std::string("*")}) {
    http::Request request;
    request.known_tags = known;
    const Answer answer = ask(request);
    CAPTURE(known);
    CHECK(answer.text.starts_with("HTTP/1.1 304 Not Modified\r\n"));
    CHECK_FALSE(answer.body);
  }
  for (const std::string& known : {std::string("\"other\""), "\"x, " + digest + ", y\"", "x" + digest}) {
    http::Request request;
    request.known_tags = known;
    CHECK_MESSAGE(ask(request).body, known);
  }
}

TEST_CASE("WB1.5: HEAD is answered as GET, without the body") {
  http::Request request;
  request.method = http::Method::head;
  const Answer answer = ask(request);
  CHECK(answer.text == ask({}).text);
  CHECK_FALSE(answer.body);
}

TEST_CASE("Bytes that last as long as the server count among none that wait") {
  Budget budget(1);
  ask({}).body->count_in(budget);
  CHECK(budget.used_bytes() == 0);
}

}  // namespace
}  // namespace parley::web
