#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/bench/load.hpp"
#include "tests/bench/peers_system.hpp"

namespace parley::bench {

/// All systems under one load.
struct PeersRow {
  std::string label;
  Load load;
  /// By the name of the system; of each round, all in the same order. Systems that cannot do it are not
  /// there.
  std::map<std::string, std::vector<Measurement>> runs;
};

struct PeersTable {
  std::string name;
  std::string title;
  std::string remark;  ///< what a reader must know to compare the columns
  std::string rate;    ///< what is counted
  std::vector<PeersRow> rows;
  std::vector<std::string> ours = {};    ///< systems whose figures are shown as ratios, too,
  std::vector<std::string> beside = {};  ///< to those of these
};

struct PeersReport {
  std::string machine;
  std::string versions;
  int rounds = 0;
  double seconds = 0;                ///< of one system in one round
  std::vector<std::string> systems;  ///< in the order of the columns
  std::vector<PeersTable> tables;
};

/// One of the project's targets under one load, as the median of each round's own ratio.
struct PeersTarget {
  std::string what;
  std::string load;
  double ratio = 0;
  double bound = 0;
  bool is_most = false;  ///< the bound is not to be exceeded; else it is to be reached
  bool is_met() const { return is_most ? ratio <= bound : ratio >= bound; }
};

/// Those that what was measured says something about.
std::vector<PeersTarget> find_targets(const PeersReport& report);

std::string to_markdown(const PeersReport& report);
std::string to_json(const PeersReport& report);

/// Draws the report with gnuplot (peers.gnuplot). Throws std::runtime_error when that fails.
void write_chart(const PeersReport& report, const std::string& svg_path);

}  // namespace parley::bench
