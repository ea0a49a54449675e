#pragma once

#include <chrono>

#include "tests/bench/cluster_report.hpp"

namespace parley::bench {

struct ClusterBenchOptions {
  int rounds = 5;                             ///< of each row; the figures are their medians
  std::chrono::milliseconds duration{1'000};  ///< of one column in one round
};

/// Measures what it costs that several parleyd are one server: messages across nodes beside those within one
/// and beside bare NATS, broadcasts, sign-ons. Prints to stderr how far it is. Throws std::runtime_error when
/// nats-server is not installed or something fails.
ClusterReport run_cluster(const ClusterBenchOptions& options);

}  // namespace parley::bench
