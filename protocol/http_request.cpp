#include "protocol/http_request.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <utility>

#include "protocol/words.hpp"

namespace parley::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;
using beast::http::fields;

constexpr Fault bad_syntax{400, "That is no request of HTTP/1.1."};
constexpr Fault line_too_long{414, "The first line of a request has at most 4096 bytes."};
constexpr Fault head_too_long{431, "The head of a request has at most 8192 bytes."};
constexpr Fault other_version{505, "This is HTTP/1.1 and 1.0."};

std::string to_text(beast::string_view text) {
  return {text.data(), text.size()};
}

/// The field's values as one list, however many times it stands there.
std::string all_of(const fields& head, field name) {
  std::string list;
  const auto [begin, end] = head.equal_range(name);
  for (auto one = begin; one != end; ++one)
    list.append(list.empty() ? "" : ", ").append(to_text(one->value()));
  return list;
}

/// Its one value; nothing when there is none, or several.
std::optional<std::string> only_one(const fields& head, field name) {
  if (head.count(name) != 1) return std::nullopt;
  return to_text(head[name]);
}

bool names(const fields& head, field name, beast::string_view token) {
  const std::string list = all_of(head, name);
  return beast::http::token_list(list).exists(token);
}

bool takes_gzip(const fields& head) {
  const std::string list = all_of(head, field::accept_encoding);
  for (const auto& [coding, parameters] : beast::http::ext_list(list)) {
    if (!beast::iequals(coding, "gzip")) continue;
    return std::ranges::none_of(parameters, [](const auto& parameter) {
      // "q=0" and "q=0.000" forbid it.
      return beast::iequals(parameter.first, "q") &&
             std::ranges::all_of(parameter.second, [](char c) { return c == '0' || c == '.'; });
    });
  }
  return false;
}

bool is_base64(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '+' || c == '/';
}

/// Sixteen bytes in base64 (RFC 6455, 4.1).
std::optional<std::string> to_key(const fields& head) {
  constexpr std::size_t digits = 22;
  auto key = only_one(head, field::sec_websocket_key);
  if (!key || key->size() != digits + 2 || !key->ends_with("==") || prefix_length(*key, is_base64) != digits)
    return std::nullopt;
  return key;
}

/// Sets path and host of what the request is for. False when that is neither a path nor, as a proxy is asked,
/// an address of this same host.
bool read_target(std::string_view target, Request& request) {
  constexpr std::string_view scheme = "http://";
  if (beast::iequals({target.data(), std::min(target.size(), scheme.size())},
                     {scheme.data(), scheme.size()})) {
    target.remove_prefix(scheme.size());
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    if (target.substr(0, end) != request.host) return false;
    target.remove_prefix(end);
    if (target.empty() || target.front() == '?') target = "/";
  }
  request.path = target.substr(0, target.find('?'));
  return request.path.starts_with('/');
}

/// Whether a first line is one but for its version, which is one of HTTP (RFC 9112, 2.3).
bool has_other_version(std::string_view line) {
  constexpr std::string_view form = "HTTP/d.d";
  const std::string_view version = line.substr(std::min(line.rfind(' ') + 1, line.size()));
  return std::ranges::count(line, ' ') == 2 && std::ranges::equal(version, form, [](char c, char one) {
           return one == 'd' ? is_digit(c) : c == one;
         });
}

/// `head`: all of it, its empty line included.
Event read_head(std::string_view head) {
  beast::http::request_parser<beast::http::empty_body> parser;
  parser.header_limit(max_head_bytes + 1);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error == beast::http::error::bad_version && has_other_version(head.substr(0, head.find("\r\n"))))
    return other_version;
  if (error || !parser.is_header_done()) return bad_syntax;

  const auto& message = parser.get();
  const bool is_first_version = message.version() < 11;
  Request request;
  request.method = message.method() == beast::http::verb::get    ? Method::get
                   : message.method() == beast::http::verb::head ? Method::head
                                                                 : Method::other;
  if (const auto hosts = message.count(field::host); hosts > 1 || (hosts == 0 && !is_first_version))
    return Fault{400, "A request has one Host."};
  request.host = to_text(message[field::host]);
  if (request.method != Method::other && !read_target(std::string_view(to_text(message.target())), request))
    return bad_syntax;
  if (message.count(field::origin) > 0) request.origin = all_of(message, field::origin);
  request.known_tags = all_of(message, field::if_none_match);
  request.takes_gzip = takes_gzip(message);
  request.has_body = !parser.is_done() || message.count(field::transfer_encoding) > 0;
  request.keeps_alive = message.keep_alive() && !request.has_body;
  request.wants_websocket = !is_first_version && request.method == Method::get &&
                            names(message, field::connection, "upgrade") &&
                            names(message, field::upgrade, "websocket");
  request.has_websocket_version = only_one(message, field::sec_websocket_version) == "13";
  request.websocket_key = to_key(message);
  return request;
}

}  // namespace

bool names_tag(std::string_view known_tags, std::string_view tag) {
  constexpr auto is_separator = [](char c) { return c == ',' || is_blank(c); };
  constexpr auto without_weak = [](std::string_view one) {
    return one.substr(one.starts_with("W/") ? 2 : 0);
  };
  std::string_view rest = trim(known_tags, is_separator);
  if (rest == "*") return true;
  while (!rest.empty()) {
    rest = without_weak(rest);
    const std::size_t end = rest.find('"', 1);
    if (!rest.starts_with('"') || end == std::string_view::npos) return false;
    const std::string_view one = rest.substr(0, end + 1);
    rest = trim_front(rest.substr(one.size()), is_blank);
    if (!rest.empty() && rest.front() != ',') return false;
    if (one == without_weak(tag)) return true;
    rest = trim_front(rest, is_separator);
  }
  return false;
}

/// Looks for the end of the head. Sets has_end_, or tells what is wrong with it.
std::optional<Fault> Parser::scan() {
  const std::string_view bytes = pending();
  while (scanned_ < bytes.size() && !has_end_) {
    const char byte = bytes[scanned_++];
    const std::string_view line = bytes.substr(scanned_ - 1 - line_bytes_, line_bytes_);
    if (byte != '\n') {
      ++line_bytes_;
      // Some would read such a line as the end of the one before.
      if (line_bytes_ == 1 && has_line_ && is_blank(byte) && byte != '\r') return bad_syntax;
      if (!has_line_ && line_bytes_ > max_line_bytes && (line_bytes_ > max_line_bytes + 1 || byte != '\r'))
        return line_too_long;
    } else {
      if (!line.ends_with('\r')) return bad_syntax;
      has_end_ = has_line_ && line.size() == 1;
      has_line_ = true;
      line_bytes_ = 0;
    }
    if (scanned_ == max_head_bytes && !has_end_) return head_too_long;
  }
  return std::nullopt;
}

/// Between requests, of clients that mean well. False when these are more than a head may have.
bool Parser::skip_blank_lines() {
  while (pending().starts_with("\r\n")) {
    buffer_.consume(2);
    blank_bytes_ += 2;
  }
  return blank_bytes_ <= max_head_bytes;
}

Event Parser::stop(Event last) {
  is_over_ = true;
  buffer_.consume(pending().size());
  return last;
}

Event Parser::next() {
  if (is_over_) {
    buffer_.consume(pending().size());
    return NeedMore{};
  }
  if (scanned_ == 0 && !skip_blank_lines()) return stop(head_too_long);
  if (scanned_ == 0 && pending() == "\r") return NeedMore{};
  if (const auto fault = scan()) return stop(*fault);
  if (!has_end_) return NeedMore{};
  Event event = read_head(pending().substr(0, scanned_));
  buffer_.consume(std::exchange(scanned_, 0));
  blank_bytes_ = 0;
  has_line_ = has_end_ = false;
  const auto* const request = std::get_if<Request>(&event);
  const bool may_go_on = request != nullptr && (request->keeps_alive || request->wants_websocket);
  return may_go_on && !request->has_body ? event : stop(std::move(event));
}

}  // namespace parley::http
