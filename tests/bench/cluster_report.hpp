#pragma once

#include <map>
#include <string>
#include <vector>

namespace parley::bench {

/// What one run showed. What is counted is a delivery (a message at one receiver, its receipt included) or a
/// sign-on.
struct ClusterMeasurement {
  double per_s = 0;
  double p50_us = 0;
  double p99_us = 0;
  double nodes_cpu_us = 0;   ///< for each, of all nodes together; 0: there is no node
  double broker_cpu_us = 0;  ///< for each; 0: there is no broker
};

struct ClusterRow {
  std::string label;
  /// By the column; of each round, all in the same order.
  std::map<std::string, std::vector<ClusterMeasurement>> runs;
};

struct ClusterTable {
  std::string title;
  std::string remark;  ///< what a reader must know to compare the columns
  std::string rate;    ///< what is counted
  std::vector<std::string> columns;
  std::vector<ClusterRow> rows;
};

/// A column's rate beside another's in the same row, as the median of each round's own ratio.
struct ClusterTarget {
  std::string what;
  std::string row;
  double ratio = 0;
  double at_least = 0;
  bool is_met() const { return ratio >= at_least; }
};

struct ClusterReport {
  std::string machine;
  std::string versions;
  int rounds = 0;
  double seconds = 0;  ///< of one column in one round
  std::vector<ClusterTable> tables;
  std::vector<ClusterTarget> targets;
};

std::string to_markdown(const ClusterReport& report);
std::string to_json(const ClusterReport& report);

}  // namespace parley::bench
