#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "server/accounts/accounts.hpp"

namespace parley::cluster {

/// What an operator may choose for a node of a cluster. Constant once the server runs.
struct ClusterOptions {
  std::vector<std::string> urls;  ///< of the brokers
  std::string credentials_file;   ///< empty: none
  std::string node;               ///< its name, one in the cluster
  std::string cluster_name = "parley";
  /// How long a node counts as alive without a renewal; see longest_silence().
  std::chrono::milliseconds lease{10'000};
  bool is_required = false;  ///< does not start without a broker
  /// Of this node; null: it has none, and hears of none. Outlives the cluster.
  accounts::Accounts* accounts = nullptr;
};

/// A node that has not been heard of for so long is dead, once its lease is erased: a quarter more than the
/// lease, for a renewal that was late on its way.
constexpr std::chrono::milliseconds longest_silence(std::chrono::milliseconds lease) {
  return lease + lease / 4;
}

/// Bounds of what other nodes and the broker can make grow or last.
struct ClusterLimits {
  /// What waits for the broker to take it, for one other node: a second of what a busy node says.
  static constexpr std::size_t max_link_bytes = 8 * 1024 * 1024;
  /// Lines to one other node without an answer: the windows of a thousand senders.
  static constexpr std::size_t max_unanswered_lines = 64 * 1024;
  /// What leaves in one packet, if it is more than one item: an eighth of what a broker usually takes.
  static constexpr std::size_t packet_bytes = 128 * 1024;
  /// What waits to be read here.
  static constexpr std::size_t max_pending_bytes = 64 * 1024 * 1024;
  /// Published since the broker's last word, up to which the next packet surely has room in the socket: then
  /// to write it waits for nobody.
  static constexpr std::size_t max_unheard_bytes = 16 * 1024;
  /// Of one node's, that a thread publishes beside its own work.
  static constexpr int max_packets_in_passing = 16;
  /// What a packet has around one message's body, with room to spare.
  static constexpr std::size_t packet_overhead_bytes = 1024;
  /// Users in one item of a list of all.
  static constexpr std::size_t users_in_item = 500;
  /// Bans in one item: some 50 KiB of the longest names.
  static constexpr std::size_t bans_in_item = 500;
  /// Other nodes that are listened to: who publishes garbage under ever new names stops there.
  static constexpr std::size_t max_nodes = 256;
  /// Names of one node here, and former incarnations that are remembered.
  static constexpr std::size_t max_users_of_node = 200'000;
  static constexpr std::size_t max_retired = 1024;
  /// Names that were given up, of which the broker has not been told.
  static constexpr std::size_t max_names_to_free = 64 * 1024;
};

}  // namespace parley::cluster
