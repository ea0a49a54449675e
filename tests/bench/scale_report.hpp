#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/bench/load.hpp"

namespace parley::bench {

/// A pair and those who chat beside it.
struct ChatMeasurement {
  Measurement pair;
  double chat_messages_per_s = 0;
  double server_cpu_us = 0;  ///< for each message, the pair's and the others'
};

/// So many users held by one parleyd, and what one pair more finds there.
struct HeldRow {
  std::size_t users = 0;
  std::string stopped_by;  ///< why nothing was measured; empty when it was
  double sign_ons_per_s = 0;
  double resident_before_kb = 0;
  double resident_kb = 0;
  double resident_after_kb = 0;  ///< a second after all have left
  double machine_kb = 0;         ///< of the machine's memory: server, kernel and clients
  std::size_t threads = 0;
  std::size_t threads_after = 0;
  double idle_cpu_percent = 0;  ///< of one processor, while nobody says anything
  Measurement alone;            ///< a pair of another parleyd that nobody else uses
  Measurement idle;             ///< the pair while all those are idle
  double p99_ratio = 0;         ///< idle to alone, taken round by round
  std::size_t chatting = 0;
  ChatMeasurement chat;

  double resident_kb_each() const { return (resident_kb - resident_before_kb) / static_cast<double>(users); }
};

/// One round of users who come and leave again.
struct Visit {
  double resident_kb = 0;
  double resident_after_kb = 0;
  std::size_t threads_after = 0;
};

struct ScaleReport {
  std::string machine;
  int rounds = 0;
  std::vector<HeldRow> rows;
  std::size_t visitors = 0;       ///< of each visit
  double resident_before_kb = 0;  ///< the first visit
  std::string visits_stopped_by;  ///< as in HeldRow
  std::vector<Visit> visits;
};

std::string to_markdown(const ScaleReport& report);
std::string to_json(const ScaleReport& report);

/// Draws the report with gnuplot (scale.gnuplot). Throws std::runtime_error when that fails.
void write_chart(const ScaleReport& report, const std::string& svg_path);

}  // namespace parley::bench
