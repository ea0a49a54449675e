#include "protocol/http_host.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

#include "protocol/words.hpp"

namespace parley::http {
namespace {

constexpr std::string_view localhost = "localhost";

bool is_of_name(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_';
}

/// An address in the one way in which it is written here.
std::optional<std::string> to_address(const std::string& text, int family) {
  std::array<char, INET6_ADDRSTRLEN> address{};
  std::array<char, INET6_ADDRSTRLEN> written{};
  if (::inet_pton(family, text.c_str(), address.data()) != 1) return std::nullopt;
  return ::inet_ntop(family, address.data(), written.data(), written.size());
}

/// False when the text is no port behind a colon, nor nothing.
bool read_port(std::string_view text, std::optional<std::uint16_t>& port) {
  if (text.empty()) return true;
  if (text.front() != ':') return false;
  text.remove_prefix(1);
  if (text.empty()) return true;
  std::uint16_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), last, number);
  port = number;
  return error == std::errc() && stopped == last;
}

}  // namespace

std::optional<Authority> read_authority(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  Authority authority;
  const bool is_v6 = text.starts_with('[');
  const std::size_t end = is_v6 ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) return std::nullopt;
  std::string name = lowered(text.substr(is_v6 ? 1 : 0, is_v6 ? end - 1 : end));
  if (!read_port(text.substr(is_v6 ? end + 1 : end), authority.port)) return std::nullopt;
  if (auto address = to_address(name, is_v6 ? AF_INET6 : AF_INET)) {
    authority.name = *std::move(address);
    authority.is_address = true;
    return authority;
  }
  if (is_v6) return std::nullopt;
  if (name.ends_with('.')) name.pop_back();
  if (name.empty() || !std::ranges::all_of(name, is_of_name)) return std::nullopt;
  authority.name = std::move(name);
  return authority;
}

bool is_plain_host(std::string_view host) {
  if (host.empty()) return true;
  const auto authority = read_authority(host);
  return authority && (authority->is_address || authority->name == localhost);
}

}  // namespace parley::http
