#include "server/metrics/http_request.hpp"

#include <algorithm>

#include "protocol/words.hpp"

namespace parley::metrics {
namespace {

constexpr int bad_request = 400;
constexpr int method_not_allowed = 405;
constexpr int head_too_long = 431;
constexpr int version_not_supported = 505;

HttpRequest refused(int status) {
  return {status, false, {}, {}};
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char byte) { return byte > ' ' && byte < '\x7f'; });
}

/// What stands before the next blank, which is taken away with it.
std::string_view take_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

HttpRequest read_line(std::string_view line) {
  const std::string_view method = take_word(line);
  const std::string_view target = take_word(line);
  if (!is_printable(method) || method.empty() || !is_printable(target) || !line.starts_with("HTTP/"))
    return refused(bad_request);
  if (!line.starts_with("HTTP/1.")) return refused(version_not_supported);
  if (method != "GET" && method != "HEAD") return refused(method_not_allowed);
  if (!target.starts_with('/')) return refused(bad_request);
  return {0, method == "HEAD", target.substr(0, target.find('?')), {}};
}

bool is_host_field(std::string_view name) {
  constexpr std::string_view host = "host";
  const auto in_small_letters = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::ranges::equal(name, host, {}, in_small_letters);
}

/// Of a head that is complete, without its first line.
std::string_view find_host(std::string_view lines) {
  std::string_view host;
  int count = 0;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size() - 1);
    const std::string_view line = trim(lines.substr(0, end), is_blank);
    lines.remove_prefix(end + 1);
    if (line.empty()) break;
    const std::size_t colon = std::min(line.find(':'), line.size());
    if (!is_host_field(line.substr(0, colon))) continue;
    host = trim(line.substr(std::min(colon + 1, line.size())), is_blank);
    ++count;
  }
  return count == 1 ? host : std::string_view();
}

/// Where the head ends: an empty line. A bare LF is taken for a line's end, as RFC 9112 allows.
bool has_end(std::string_view bytes) {
  return bytes.find("\n\r\n") != std::string_view::npos || bytes.find("\n\n") != std::string_view::npos;
}

}  // namespace

bool is_plain_host(std::string_view host) {
  if (host.empty()) return true;
  const std::size_t end = host.starts_with('[') ? host.find(']') : std::min(host.find(':'), host.size());
  if (end == std::string_view::npos) return false;
  if (host.front() == '[') return true;  // no name has one
  const std::string_view name = host.substr(0, end);
  return name == "localhost" || std::ranges::all_of(name, [](char c) { return is_digit(c) || c == '.'; });
}

std::optional<HttpRequest> read_request(std::string_view bytes) {
  const std::size_t line_end = bytes.find('\n');
  if (line_end != std::string_view::npos) {
    std::string_view line = bytes.substr(0, line_end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    HttpRequest request = read_line(line);
    if (request.fault == 0 && has_end(bytes)) request.host = find_host(bytes.substr(line_end + 1));
    if (request.fault != 0 || has_end(bytes)) return request;
  }
  if (bytes.size() >= max_request_bytes) return refused(head_too_long);
  return std::nullopt;
}

}  // namespace parley::metrics
