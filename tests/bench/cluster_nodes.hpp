#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tests/bench/peers_system.hpp"
#include "tests/support/parleyd.hpp"

namespace parley::bench {

/// A nats-server with JetStream, its store in a directory of its own that goes with it.
std::unique_ptr<Server> start_broker();

/// A broker and nodes of parleyd that are one server, until this object goes. Belongs to one thread.
class ClusterNodes {
 public:
  /// Returns when each node can be connected to; they may not know of each other yet.
  explicit ClusterNodes(std::size_t nodes);

  /// Where two-socket users of a node sign on.
  std::uint16_t port(std::size_t node) const { return nodes_[node]->endpoint().port; }

  /// Of the nodes, and of the broker behind them.
  std::vector<pid_t> processes() const;

  /// Returns when each node lists so many users, wherever they are. Throws std::runtime_error when that takes
  /// too long.
  void wait_until_all_list(std::size_t users) const;

 private:
  std::unique_ptr<Server> broker_;
  std::vector<std::unique_ptr<test::Parleyd>> nodes_;
};

}  // namespace parley::bench
