#include "protocol/http_answer.hpp"

#include <doctest/doctest.h>

#include <string>

namespace parley::http {
namespace {

TEST_CASE("WB1.2: an answer says its status, its length, and whether another may follow") {
  CHECK(status_answer(404, "Nothing is here.", Then::next) ==
        "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 17\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
        "Connection: keep-alive\r\n\r\nNothing is here.\n");
  CHECK(status_answer(200, "ok", Then::end).ends_with("Connection: close\r\n\r\nok\n"));
}

TEST_CASE("WB1.5: to HEAD the same without the body") {
  const std::string full = text_answer(200, "application/json", "{}", Then::end);
  CHECK(full.ends_with("\r\n\r\n{}"));
  CHECK(text_answer(200, "application/json", "{}", Then::end, true) + "{}" == full);
}

TEST_CASE("WB1.5: another method is told which there are") {
  CHECK(method_answer(Then::end).starts_with("HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\n"));
}

TEST_CASE("Each status that is answered has its phrase") {
  for (const int status : {200, 304, 400, 403, 404, 405, 408, 413, 414, 426, 431, 503, 505}) {
    CAPTURE(status);
    CHECK(answer_head(status, {}, Then::end).find("Internal") == std::string::npos);
  }
}

}  // namespace
}  // namespace parley::http
