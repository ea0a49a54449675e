#include "server/net/flood_policy.hpp"

#include <algorithm>

namespace parley {

Flood FloodPolicy::for_peer(const AddressBytes& address, bool has_receipts) const {
  constexpr Rate no_limit{0, 0};
  const bool is_exempt =
      std::ranges::any_of(exempt, [&](const auto& range) { return range.contains(address); });
  return {is_exempt ? no_limit : requests, has_receipts ? no_limit : bytes};
}

}  // namespace parley
