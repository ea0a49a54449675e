#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "tests/bench/cluster_report.hpp"
#include "tests/bench/peers_system.hpp"

/// What `parley-bench --cluster` measures, each with servers of its own that end with it. All throw
/// std::runtime_error when a program is not installed, fails or gives up.
namespace parley::bench {

/// At which nodes of a cluster the users of a load sign on.
struct Spread {
  std::size_t nodes = 1;               ///< of the cluster; the senders are on the first
  std::vector<std::size_t> receivers;  ///< the nodes that they take in turns
};

ClusterMeasurement measure_spread(const Spread& spread, const Load& load, std::chrono::milliseconds duration);

/// Requests and replies of libnats alone, from so many threads at once.
ClusterMeasurement measure_bare_requests(std::size_t threads, std::chrono::milliseconds duration);

/// A thousand users sign on, so many at once: at one of two nodes, or at a parleyd without a cluster.
ClusterMeasurement measure_sign_ons(bool is_cluster, std::size_t at_once);

}  // namespace parley::bench
