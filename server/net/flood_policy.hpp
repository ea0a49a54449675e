#pragma once

#include <asio/ip/address.hpp>
#include <asio/ip/network_v4.hpp>
#include <asio/ip/network_v6.hpp>
#include <string_view>
#include <variant>
#include <vector>

#include "server/net/flood.hpp"

namespace parley {

/// An address and how many of its first bits count.
class Network {
 public:
  /// "10.0.0.0/8", "::1", "192.168.1.7". Throws std::system_error when the text is none.
  explicit Network(std::string_view text);

  bool holds(const asio::ip::address& address) const;

 private:
  std::variant<asio::ip::network_v4, asio::ip::network_v6> network_;
};

/// Who may ask how much in time. Constant once the server runs.
struct FloodPolicy {
  Rate requests{100, 500};
  /// What one may say to others who cannot slow it down: less at once than a queue holds.
  Rate bytes{256 * 1024, 512 * 1024};
  /// Whose requests are not counted.
  std::vector<Network> exempt{Network("127.0.0.0/8"), Network("::1")};

  /// For a peer at the address; with receipts its window bounds what it says.
  Flood for_peer(const asio::ip::address& address, bool has_receipts) const;
};

}  // namespace parley
