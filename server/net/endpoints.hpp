#pragma once

#include <asio/ip/tcp.hpp>
#include <string>

#include "server/address_range.hpp"

/// Where peers are. Pure but for peer_of(); any thread.
namespace parley {

/// Of a connected socket; IPv4 as such also when it came to an IPv6 socket. Nowhere when it has gone already.
asio::ip::tcp::endpoint peer_of(const asio::ip::tcp::socket& socket);

/// In 16 bytes, IPv4 mapped.
AddressBytes to_bytes(const asio::ip::address& address);

/// "127.0.0.1:5050", "[::1]:5050".
std::string to_text(const asio::ip::tcp::endpoint& endpoint);

}  // namespace parley
