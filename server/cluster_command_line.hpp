#pragma once

#include <vector>

#include "base/cli_fwd.hpp"
#include "server/cluster/cluster_options.hpp"

namespace parley {

/// The options of a node of a cluster. The node has no URLs where --cluster was not given.
class ClusterCommandLine {
 public:
  ClusterCommandLine(CLI::App& app, cluster::ClusterOptions& options);

  /// Throws std::invalid_argument, whose text says what is wrong, for options that mean nothing without
  /// --cluster.
  void check() const;

 private:
  CLI::Option* cluster_;
  std::vector<CLI::Option*> others_;
};

}  // namespace parley
