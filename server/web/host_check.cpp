#include "server/web/host_check.hpp"

#include <algorithm>
#include <asio/ip/host_name.hpp>
#include <cstdint>
#include <system_error>
#include <utility>

#include "protocol/http_host.hpp"

namespace parley::web {
namespace {

using http::read_authority;

struct Origin {
  http::Authority authority;
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
  return authority && !authority->port && !text.ends_with(':');
}

}  // namespace parley::web
