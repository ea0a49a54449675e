#pragma once

#include <chrono>
#include <cstddef>

#include "tests/bench/systems.hpp"

namespace parley::bench {

struct Scenario {
  std::size_t groups = 1;     ///< senders at the same time, each with receivers of its own
  std::size_t receivers = 1;  ///< of each group; more than one is a broadcast
  std::size_t body_bytes = 64;
};

/// What one run showed. A delivery is one message at one receiver, its receipt included.
struct Measurement {
  double deliveries_per_s = 0;
  double p50_us = 0;  ///< from request to answer
  double p99_us = 0;
  double server_cpu_us = 0;  ///< per delivery
};

/// CPU time of a process and its threads, user and system, from the kernel's own clock of it: finer than
/// /proc's ticks. Throws when the process is gone.
double cpu_us(pid_t pid);

/// Every group exchanges as fast as it can for that long, one exchange at a time; the beginning is not
/// counted.
Measurement run_load(System& system, const Scenario& scenario, std::chrono::milliseconds duration);

}  // namespace parley::bench
