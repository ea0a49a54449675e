#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "tests/bench/peers_measure.hpp"

namespace parley::bench {

/// Requests of 64 bytes and their replies between two processes that only have libnats, one connection each:
/// what two nodes cannot do without. `threads` ask at the same time, each one request after the other. The
/// CPU is the broker's. Throws std::runtime_error as measure_talk().
Figures measure_requests(const Server& broker, std::size_t threads, std::chrono::milliseconds duration);

/// What the process that asks does; it talks as a group of clients (see run_group()). Returns the exit code.
int run_requester();

/// What the process that replies does: prints "ready", and replies until its standard input ends.
int run_responder();

}  // namespace parley::bench
