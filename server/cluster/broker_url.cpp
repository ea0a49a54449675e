#include <algorithm>
#include <charconv>

#include "server/cluster/broker.hpp"

namespace parley::cluster {
namespace {

constexpr std::string_view after_scheme = "://";

std::string_view part_after(std::string_view text, std::size_t position, std::size_t length) {
  return position == std::string_view::npos ? text : text.substr(position + length);
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65'535;
}

bool is_scheme(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}

bool is_hexadecimal(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// libnats writes them into JSON as they stand.
bool has_quote(std::string_view text) {
  for (const std::string_view quote : {"\"", "\\", "%22", "%5c", "%5C"})
    if (text.find(quote) != std::string_view::npos) return true;
  return false;
}

bool has_bad_percent(std::string_view text) {
  for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    const auto digits = text.substr(at + 1, 2);
    if (digits.size() < 2 || !std::ranges::all_of(digits, is_hexadecimal) || digits == "00") return true;
  }
  return false;
}

std::string host_fault(std::string_view authority) {
  std::string_view host = authority.substr(0, authority.rfind(':'));
  std::string_view port = authority.substr(host.size());
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return "the bracket of its address is not closed";
    host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
  } else if (host.find(':') != std::string_view::npos) {
    return "an IPv6 address stands in brackets: nats://[::1]:4222";
  }
  if (host.empty()) return "it names no host";
  if (!port.empty() && (!port.starts_with(':') || !is_port(port.substr(1))))
    return "its port is no number from 1 to 65535";
  return {};
}

}  // namespace

// A password may hold any character that people forget to write as %40: what is in doubt is not shown.
bool is_valid_cluster_name(std::string_view name) {
  const auto is_fit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, is_fit);
}

std::string without_password(std::string_view url) {
  const auto user_end = url.rfind('@');
  if (user_end == std::string_view::npos) return std::string(url);
  const auto scheme_end = std::min(url.find(after_scheme), user_end);
  const bool has_scheme = scheme_end < user_end && is_scheme(url.substr(0, scheme_end));
  const auto scheme = has_scheme ? url.substr(0, scheme_end + after_scheme.size()) : "";
  return std::string(scheme).append(url.substr(user_end + 1));
}

std::string url_fault(std::string_view url) {
  if (!url.starts_with("nats://") && !url.starts_with("tls://"))
    return "a broker's URL begins with nats:// or tls://";
  if (std::ranges::any_of(url, [](unsigned char c) { return c <= ' ' || c == 0x7f; }))
    return "it has a blank in it";
  const auto rest = part_after(url, url.find(after_scheme), after_scheme.size());
  const auto user_end = rest.rfind('@');
  const auto user = rest.substr(0, user_end == std::string_view::npos ? 0 : user_end);
  if (has_quote(user)) return "its user and password may hold no \" and no \\";
  if (has_bad_percent(user))
    return "in its user or password a '%' is not followed by two hexadecimal digits; '%' itself is %25";
  auto authority = part_after(rest, user_end, 1);
  if (authority.ends_with('/')) authority.remove_suffix(1);
  if (authority.find_first_of("/?#") != std::string_view::npos) return "nothing may follow its host and port";
  return host_fault(authority);
}

}  // namespace parley::cluster
