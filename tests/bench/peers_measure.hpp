#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "tests/bench/load.hpp"
#include "tests/bench/peers_group.hpp"
#include "tests/bench/peers_system.hpp"
#include "tests/support/process.hpp"

namespace parley::bench {

/// Processes that talk once they are told a window, each as a group of clients does (run_group()).
using Talkers = std::vector<std::unique_ptr<test::Process>>;

/// Starts this program in one of its roles and tells it what to do.
std::unique_ptr<test::Process> start_talker(const std::string& role, const std::string& task);

/// Returns when it says "ready".
void wait_until_ready(test::Process& talker);

/// The groups of a load, ready to talk. Throws std::runtime_error when one gives up.
Talkers start_groups(const PeerSystem& system, const Ports& ports, const Load& load);

/// What a window showed. A delivery is a message at one receiver, its acknowledgement at the sender included.
struct Figures {
  double deliveries_per_s = 0;
  double p50_us = 0;
  double p99_us = 0;
  std::vector<double> cpu_us;  ///< of each process, per delivery
};

/// Lets them talk that long after a warm-up; every message goes to that many receivers. Throws
/// std::runtime_error when a receipt is missing or one too many, or time is up.
Figures measure_talk(const Talkers& talkers, std::size_t receivers, std::chrono::milliseconds duration,
                     const std::vector<pid_t>& processes);

/// Starts the system and the groups of its clients, each in a process of its own, lets them talk, and ends
/// them all. Throws std::runtime_error as measure_talk().
Measurement measure_peer(const PeerSystem& system, const Load& load, std::chrono::milliseconds duration);

}  // namespace parley::bench
