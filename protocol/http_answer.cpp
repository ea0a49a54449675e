#include "protocol/http_answer.hpp"

namespace parley::http {
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

}  // namespace

std::string answer_head(int status, std::string_view fields, Then then) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + ' ';
  return head.append(phrase(status))
      .append("\r\n")
      .append(fields)
      .append(guards)
      .append(then == Then::next ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
}

std::string text_answer(int status, std::string_view type, std::string_view text, Then then, bool is_head,
                        std::string_view fields) {
  std::string all(fields);
  all.append("Content-Type: ")
      .append(type)
      .append("\r\nContent-Length: ")
      .append(std::to_string(text.size()));
  std::string answer = answer_head(status, all.append("\r\nCache-Control: no-store\r\n"), then);
  if (!is_head) answer.append(text);
  return answer;
}

std::string status_answer(int status, std::string_view sentence, Then then, bool is_head,
                          std::string_view fields) {
  return text_answer(status, "text/plain; charset=utf-8", std::string(sentence) + '\n', then, is_head,
                     fields);
}

std::string method_answer(Then then) {
  return status_answer(405, "GET and HEAD are understood here.", then, false, "Allow: GET, HEAD\r\n");
}

}  // namespace parley::http
