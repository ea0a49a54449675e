#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "server/counters.hpp"
#include "server/recent_refusals.hpp"

namespace parley {

/// What the server has at one moment and what it has done so far, for whoever watches it. Each figure is true
/// when it is taken; they are not taken at one stroke.
struct Figures {
  struct OfDialect {
    std::string_view name;
    std::uint64_t users = 0;     ///< signed on here
    std::uint64_t accepted = 0;  ///< connections so far, those that were turned away included
  };
  std::vector<OfDialect> dialects;
  std::uint64_t sign_ons = 0;         ///< so far
  std::uint64_t users_elsewhere = 0;  ///< of other nodes
  std::uint64_t rooms = 0;

  std::uint64_t connections = 0;
  std::uint64_t most_connections = 0;                               ///< the limit
  std::array<std::uint64_t, turned_away_reasons> turned_away{};     ///< connections, by TurnedAway
  std::array<std::uint64_t, drop_reasons> dropped{};                ///< connections, by Drop
  std::array<std::uint64_t, handshake_faults> handshakes_failed{};  ///< by HandshakeFault

  std::uint64_t delivered = 0;
  std::uint64_t refused = 0;
  std::uint64_t body_bytes = 0;
  std::uint64_t unanswered = 0;
  std::array<std::uint64_t, AnswerTimes::bounds_ms.size() + 1> answer_times{};  ///< as in AnswerTimes
  std::uint64_t answer_times_sum_us = 0;

  struct Queues {
    std::uint64_t connections = 0;  ///< for which something waits
    std::uint64_t bytes = 0;
    std::uint64_t most_bytes = 0;  ///< for one of them
    std::uint64_t frames = 0;
  } queues;
  std::uint64_t waiting_bytes = 0;       ///< in all queues and mailboxes, and of unfinished requests
  std::uint64_t most_waiting_bytes = 0;  ///< the limit

  struct OfCluster {
    bool has_broker = false;          ///< one answers at this moment
    std::uint64_t nodes = 0;          ///< others, of which all users are known
    std::uint64_t waiting_items = 0;  ///< for them
    std::uint64_t waiting_bytes = 0;
    std::uint64_t unanswered_lines = 0;  ///< that they have not answered yet
    std::uint64_t published = 0;         ///< packets
    std::uint64_t lost = 0;              ///< packets that the broker did not take, or had nobody for
    std::uint64_t dropped = 0;           ///< items for a node that could not be reached, or took too little
  };
  std::optional<OfCluster> cluster;  ///< nothing for a server alone

  std::vector<RefusedPeer> refusals;  ///< the last ones, the latest first

  std::uint64_t log_lines_left_out = 0;  ///< since peers caused too many
  std::uint64_t log_lines_dropped = 0;   ///< since nobody took them
};

}  // namespace parley
