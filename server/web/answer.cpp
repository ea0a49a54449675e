#include "server/web/answer.hpp"

#include <fmt/format.h>

namespace parley::web {
namespace {

/// What the page may do, wherever its texts come from: nothing but what these files of ours do.
constexpr std::string_view page_guards =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Resource-Policy: same-origin\r\n";

}  // namespace

Answer page_answer(const EmbeddedFile& file, const PageBodies& bodies, const http::Request& request,
                   http::Then then) {
  const std::string cached = fmt::format("ETag: {}\r\nCache-Control: no-cache\r\nVary: Accept-Encoding\r\n{}",
                                         file.tag, page_guards);
  if (http::names_tag(request.known_tags, file.tag)) return {http::answer_head(304, cached, then)};
  const bool is_packed = request.takes_gzip && !file.gzip.empty();
  const SharedFrame& body = bodies.get(file, is_packed);
  return {http::answer_head(
              200,
              fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n{}{}", file.type, body->bytes().size(),
                          is_packed ? "Content-Encoding: gzip\r\n" : "", cached),
              then),
          request.method == http::Method::head ? nullptr : body};
}

std::string switching_answer(std::string_view accept) {
  return fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: {}\r\n\r\n",
      accept);
}

std::string busy_answer(std::string_view sentence) {
  return http::status_answer(503, sentence, http::Then::end, false, "Retry-After: 30\r\n");
}

}  // namespace parley::web
