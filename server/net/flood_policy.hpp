#pragma once

#include <vector>

#include "server/address_range.hpp"
#include "server/net/flood.hpp"

namespace parley {

/// Who may ask how much in time. Constant once the server runs.
struct FloodPolicy {
  Rate requests{100, 500};
  /// What one may say to others who cannot slow it down: less at once than a queue holds.
  Rate bytes{256 * 1024, 512 * 1024};
  /// Whose requests are not counted.
  std::vector<AddressRange> exempt{*AddressRange::parse("127.0.0.0/8"), *AddressRange::parse("::1")};

  /// For a peer at the address; with receipts its window bounds what it says.
  Flood for_peer(const AddressBytes& address, bool has_receipts) const;
};

}  // namespace parley
