#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/bans/ban.hpp"
#include "server/cluster/bus_format.hpp"

namespace parley::cluster {

/// What operators of other nodes may have done here. Any thread; nothing waits for a peer, but to merge bans
/// waits for the disk. Empty ones: nothing is done.
struct OperatorDuties {
  /// Removes a user of this node, if there is one; the reason may be empty.
  std::function<void(const std::string& name, const std::string& reason)> kick;
  /// Tells it to every user of this node.
  std::function<void(const std::string& text)> say;
  /// Another node knows of these: of two words on one name or range the later counts.
  std::function<void(const std::vector<Ban>& bans)> merge;
  /// What is known here, for a node that comes. Called under a lock: only computes.
  std::function<std::vector<Ban>()> bans;
  /// How the connections of this node's users are doing.
  std::function<std::vector<BusStanding>()> standings;
};

}  // namespace parley::cluster
