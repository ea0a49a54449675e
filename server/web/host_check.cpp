#include "server/web/host_check.hpp"

#include <algorithm>
#include <asio/ip/address.hpp>
#include <asio/ip/host_name.hpp>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

#include "protocol/words.hpp"

namespace parley::web {
namespace {

/// Host, or what stands behind an origin's scheme.
struct Authority {
  std::string name;  // in small letters, without brackets and without a dot at its end
  bool is_address = false;
  std::optional<std::uint16_t> port;
};

bool is_of_name(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_';
}

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return small;
}

/// An address in the one way in which it is written here.
std::optional<std::string> to_address(const std::string& text, bool is_v6) {
  std::error_code error;
  if (is_v6) {
    const auto address = asio::ip::make_address_v6(text, error);
    if (error || address.scope_id() != 0 || text.find('%') != std::string::npos) return std::nullopt;
    return address.to_string();
  }
  const auto address = asio::ip::make_address_v4(text, error);
  if (error) return std::nullopt;
  return address.to_string();
}

/// Nothing when the text is none.
std::optional<Authority> read_authority(std::string_view text) {
  Authority authority;
  const bool is_v6 = text.starts_with('[');
  const std::size_t end = is_v6 ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) return std::nullopt;
  std::string name = in_small_letters(text.substr(is_v6 ? 1 : 0, is_v6 ? end - 1 : end));
  std::string_view rest = text.substr(is_v6 ? end + 1 : end);
  if (!rest.empty()) {
    std::uint16_t port = 0;
    const char* const last = rest.data() + rest.size();
    const auto [stopped, error] = std::from_chars(rest.data() + 1, last, port);
    if (rest.front() != ':' || error != std::errc() || stopped != last) return std::nullopt;
    authority.port = port;
  }
  if (auto address = to_address(name, is_v6)) {
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

struct Origin {
  Authority authority;
  std::uint16_t usual_port = 0;
};

std::optional<Origin> read_origin(std::string_view text) {
  constexpr std::uint16_t http_port = 80;
  constexpr std::uint16_t https_port = 443;
  for (const auto& [scheme, port] : {std::pair{std::string_view("http://"), http_port},
                                     std::pair{std::string_view("https://"), https_port}}) {
    if (!text.starts_with(scheme)) continue;
    auto authority = read_authority(text.substr(scheme.size()));
    if (!authority) return std::nullopt;
    return Origin{*std::move(authority), port};
  }
  return std::nullopt;
}

}  // namespace

HostCheck::HostCheck(std::vector<std::string> names) : named_(std::move(names)) {
  for (std::string& name : named_)
    if (const auto authority = read_authority(name)) name = authority->name;
  names_ = named_;
  names_.emplace_back("localhost");
  std::error_code error;
  if (const auto own = read_authority(asio::ip::host_name(error)); own && !error) names_.push_back(own->name);
}

bool HostCheck::has_name(std::string_view name) const {
  return std::ranges::find(names_, name) != names_.end();
}

bool HostCheck::is_own(std::string_view host) const {
  const auto authority = read_authority(host);
  return authority && (authority->is_address || has_name(authority->name));
}

bool HostCheck::may_come_from(std::string_view origin, std::string_view host) const {
  const auto from = read_origin(origin);
  const auto here = read_authority(host);
  if (!from || !here) return false;
  // Behind a proxy that asks here by another name.
  if (std::ranges::find(named_, from->authority.name) != named_.end()) return true;
  return from->authority.name == here->name && from->authority.is_address == here->is_address &&
         from->authority.port.value_or(from->usual_port) == here->port.value_or(from->usual_port);
}

bool is_host_name(std::string_view text) {
  const auto authority = read_authority(text);
  return authority && !authority->port;
}

}  // namespace parley::web
