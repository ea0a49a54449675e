#include "server/net/flood_policy.hpp"

#include <algorithm>
#include <string>

namespace parley {
namespace {

std::variant<asio::ip::network_v4, asio::ip::network_v6> parse(const std::string& text) {
  const bool has_prefix = text.find('/') != std::string::npos;
  if (text.find(':') != std::string::npos)
    return has_prefix ? asio::ip::make_network_v6(text)
                      : asio::ip::network_v6(asio::ip::make_address_v6(text), 128);
  return has_prefix ? asio::ip::make_network_v4(text)
                    : asio::ip::network_v4(asio::ip::make_address_v4(text), 32);
}

template <typename Network, typename Address>
bool covers(const Network& network, const Address& address) {
  return Network(address, network.prefix_length()).canonical() == network.canonical();
}

}  // namespace

Network::Network(std::string_view text) : network_(parse(std::string(text))) {}

bool Network::holds(const asio::ip::address& address) const {
  if (const auto* const v4 = std::get_if<asio::ip::network_v4>(&network_))
    return address.is_v4() && covers(*v4, address.to_v4());
  return address.is_v6() && covers(std::get<asio::ip::network_v6>(network_), address.to_v6());
}

Flood FloodPolicy::for_peer(const asio::ip::address& address, bool has_receipts) const {
  constexpr Rate no_limit{0, 0};
  const bool is_exempt =
      std::ranges::any_of(exempt, [&](const auto& network) { return network.holds(address); });
  return {is_exempt ? no_limit : requests, has_receipts ? no_limit : bytes};
}

}  // namespace parley
