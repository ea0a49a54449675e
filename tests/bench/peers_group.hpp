#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/peers_histogram.hpp"
#include "tests/bench/peers_system.hpp"

namespace parley::bench {

using Clock = std::chrono::steady_clock;

/// Ports of 127.0.0.1 where the users of a group sign on.
struct Ports {
  std::uint16_t senders = 0;
  std::vector<std::uint16_t> receivers;  ///< in turns; at least one
};

/// One group of a load, in a process of its own.
struct GroupTask {
  std::string system;
  Ports ports;
  std::size_t group = 0;
  Load load;
};

/// Measured are the messages that begin and end in it.
struct Window {
  Clock::time_point begin;
  Clock::time_point end;
};

struct GroupFigures {
  std::size_t sent = 0;      ///< messages, those before and after the window included
  std::size_t receipts = 0;  ///< that the receivers gave for them
  double messages_per_s = 0;
  Histogram latencies;  ///< of each message, until its sender knew that it had been received
};

/// What the process does: reads a task from its standard input, signs the group on, each client a thread, and
/// prints "ready"; reads a window, and lets them talk from then on to its end; prints the figures. Returns
/// the exit code; what went wrong is told on stderr.
int run_group();

// Lines of that conversation.
std::string to_line(const GroupTask& task);
std::string to_line(const Window& window);
Window to_window(const std::string& line);
std::string to_line(const GroupFigures& figures);
GroupFigures to_figures(const std::string& line);

}  // namespace parley::bench
