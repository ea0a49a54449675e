#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "tests/bench/scale_report.hpp"

namespace parley::bench {

struct ScaleOptions {
  std::vector<std::size_t> users{100, 1000, 4900, 9800};
  int rounds = 5;                             ///< of each load of one pair; its figures are their medians
  std::chrono::milliseconds duration{1'000};  ///< of one load in one round
};

/// Fewer than these leave some processes without users who could chat.
inline constexpr std::size_t least_held_users = 20;

/// Holds each number of users in a parleyd of its own, then lets users come and go; prints to stderr how far
/// it is. A number that the machine does not allow makes a row that says why. Throws std::runtime_error when
/// something breaks.
ScaleReport run_scale(const ScaleOptions& options);

}  // namespace parley::bench
