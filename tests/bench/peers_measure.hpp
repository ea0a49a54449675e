#pragma once

#include <chrono>

#include "tests/bench/load.hpp"
#include "tests/bench/peers_system.hpp"

namespace parley::bench {

/// Starts the system and the groups of its clients, each in a process of its own, lets them talk that long
/// after a warm-up, and ends them all. A delivery is a message at one receiver, its acknowledgement at the
/// sender included. Throws std::runtime_error when a receipt is missing or one too many, or time is up.
Measurement measure_peer(const PeerSystem& system, const Load& load, std::chrono::milliseconds duration);

}  // namespace parley::bench
