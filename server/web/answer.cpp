#include "server/web/answer.hpp"

#include <fmt/format.h>

namespace parley::web {
namespace {

std::string_view phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 426:
      return "Upgrade Required";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Internal Server Error";
  }
}

/// What every answer says: it is of the type that it says, and nobody is told whence it was asked for.
constexpr std::string_view guards = "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n";

/// What the page may do, wherever its texts come from: nothing but what these files of ours do.
constexpr std::string_view page_guards =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Resource-Policy: same-origin\r\n";

std::string head(int status, std::string_view fields, Then then) {
  return fmt::format("HTTP/1.1 {} {}\r\n{}{}Connection: {}\r\n\r\n", status, phrase(status), fields, guards,
                     then == Then::next ? "keep-alive" : "close");
}

}  // namespace

std::string status_answer(int status, std::string_view sentence, Then then, bool is_head,
                          std::string_view fields) {
  std::string answer = head(
      status,
      fmt::format(
          "{}Content-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n",
          fields, sentence.size() + 1),
      then);
  if (!is_head) answer.append(sentence).append("\n");
  return answer;
}

Answer page_answer(const PageFile& file, const PageBodies& bodies, const http::Request& request, Then then) {
  const std::string cached = fmt::format("ETag: {}\r\nCache-Control: no-cache\r\nVary: Accept-Encoding\r\n{}",
                                         file.tag, page_guards);
  // Weak or not, as caches compare it; it is a digest, so it stands in no other.
  const std::string_view digest = file.tag.substr(file.tag.find('"'));
  if (request.known_tags.find(digest) != std::string::npos || request.known_tags == "*")
    return {head(304, cached, then)};
  const bool is_packed = request.takes_gzip && !file.gzip.empty();
  const SharedFrame& body = bodies.get(file, is_packed);
  return {head(200,
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
  return status_answer(503, sentence, Then::end, false, "Retry-After: 30\r\n");
}

}  // namespace parley::web
