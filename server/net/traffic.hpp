#pragma once

#include <cstdint>

namespace parley {

/// What the system has counted on one socket. Zeros where it does not count, or the socket is gone.
struct Traffic {
  std::uint64_t from_peer_bytes = 0;
  std::uint64_t to_peer_bytes = 0;  ///< that the peer's system has acknowledged
};

/// Never blocks. The descriptor must not be closed meanwhile.
Traffic traffic_of(int descriptor);

}  // namespace parley
