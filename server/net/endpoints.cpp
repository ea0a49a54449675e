#include "server/net/endpoints.hpp"

#include <fmt/format.h>

namespace parley {

asio::ip::tcp::endpoint peer_of(const asio::ip::tcp::socket& socket) {
  std::error_code error;
  auto peer = socket.remote_endpoint(error);
  if (peer.address().is_v6() && peer.address().to_v6().is_v4_mapped())
    peer.address(asio::ip::make_address_v4(asio::ip::v4_mapped, peer.address().to_v6()));
  return peer;
}

AddressBytes to_bytes(const asio::ip::address& address) {
  return address.is_v4() ? asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()).to_bytes()
                         : address.to_v6().to_bytes();
}

std::string to_text(const asio::ip::tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return endpoint.address().is_v6() ? fmt::format("[{}]:{}", address, endpoint.port())
                                    : fmt::format("{}:{}", address, endpoint.port());
}

}  // namespace parley
