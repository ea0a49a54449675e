#include "client/address.hpp"

#include <algorithm>
#include <cstdint>

#include "base/numbers.hpp"

namespace parley::client {
namespace {

constexpr std::uint64_t greatest_port = 65535;

bool is_port(std::string_view text) {
  const auto number = to_whole_number(text);
  return number && *number >= 1 && *number <= greatest_port;
}

/// What is wrong, or nothing.
std::string split_host(std::string_view text, Address& address) {
  const std::string shown = "'" + std::string(text) + "'";
  std::string_view port;
  if (text.starts_with('[')) {  // an IPv6 address, whose colons part no port
    const auto end = text.find(']');
    if (end == std::string_view::npos) return shown + " has no ] behind its address";
    port = text.substr(end + 1);
    text = text.substr(1, end - 1);
    if (!port.empty() && !port.starts_with(':')) return shown + " has something else than :PORT behind its ]";
  } else if (std::ranges::count(text, ':') == 1) {
    port = text.substr(text.find(':'));
    text = text.substr(0, text.find(':'));
  }
  if (text.empty()) return shown + " names no host; write HOST or HOST:PORT";
  if (!port.empty() && !is_port(port.substr(1)))
    return shown + " has no port from 1 to " + std::to_string(greatest_port) + " behind its colon";
  address.host = text;
  if (!port.empty()) address.port = port.substr(1);
  return {};
}

}  // namespace

std::optional<Address> parse_address(std::string_view user_name, std::string_view host,
                                     std::string& problem) {
  Address address;
  const auto at = user_name.find('@');
  address.name = user_name.substr(0, at);
  if (at != std::string_view::npos) {
    if (address.name.empty()) {
      problem = "'" + std::string(user_name) + "' has no name before its @; write NAME@HOST";
    } else if (!host.empty()) {
      problem = "the host is given twice, in '" + std::string(user_name) + "' and as '" + std::string(host) +
                "'; give it once";
    } else {
      problem = split_host(user_name.substr(at + 1), address);
    }
  } else if (!host.empty()) {
    problem = split_host(host, address);
  }
  return problem.empty() ? std::optional(address) : std::nullopt;
}

}  // namespace parley::client
