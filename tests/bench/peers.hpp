#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tests/bench/peers_report.hpp"

namespace parley::bench {

/// The names that --tables takes.
std::vector<std::string> peer_table_names();

/// The names that --systems takes.
std::vector<std::string> peer_system_names();

struct PeersOptions {
  int rounds = 5;                             ///< of each row; the figures are their medians
  std::chrono::milliseconds duration{1'000};  ///< of one system in one round
  std::vector<std::string> systems = peer_system_names();
  std::vector<std::string> tables = peer_table_names();
};

/// Measures every system under every load of the tables, in turns; prints to stderr how far it is. Throws
/// std::runtime_error when a system is not installed or fails.
PeersReport run_peers(const PeersOptions& options);

}  // namespace parley::bench
