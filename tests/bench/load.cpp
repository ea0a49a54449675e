#include "tests/bench/load.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/socket.hpp"

namespace parley::bench {
namespace {

using Clock = std::chrono::steady_clock;

/// Receives until the socket is shut down.
void receive(const Group& group, std::size_t receiver) {
  try {
    for (;;) {
      read_exactly(group.receivers[receiver].get(), group.delivery_bytes);
      write_all(group.receivers[receiver].get(), group.receipt);
    }
  } catch (const std::runtime_error&) {
  }
}

enum class Phase { warm_up, measured, over };

/// One exchange after the other; notes how long each took while it is measured.
void send(const Group& group, const std::atomic<Phase>& phase, std::vector<double>& latencies_us) {
  latencies_us.reserve(1 << 17);
  while (phase.load(std::memory_order_relaxed) != Phase::over) {
    const auto begin = Clock::now();
    write_all(group.sender.get(), group.request);
    read_exactly(group.sender.get(), group.answer_bytes);
    if (phase.load(std::memory_order_relaxed) == Phase::measured)
      latencies_us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
}

double percentile(const std::vector<double>& sorted, double part) {
  return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

double cpu_us(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
    throw std::runtime_error("the server is gone");
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

Measurement run_load(System& system, const Scenario& scenario, std::chrono::milliseconds duration) {
  std::vector<Group> groups;
  for (std::size_t i = 0; i < scenario.groups; ++i)
    groups.push_back(system.make_group(static_cast<unsigned>(i), scenario.receivers, scenario.body_bytes));

  std::atomic<Phase> phase{Phase::warm_up};
  std::atomic<bool> failed{false};
  std::vector<std::vector<double>> latencies_us(groups.size());
  std::vector<std::thread> senders;
  std::vector<std::thread> receivers;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (std::size_t r = 0; r < scenario.receivers; ++r)
      receivers.emplace_back([&, g, r] { receive(groups[g], r); });
    senders.emplace_back([&, g] {
      try {
        send(groups[g], phase, latencies_us[g]);
      } catch (const std::runtime_error&) {
        failed.store(true);
      }
    });
  }

  std::this_thread::sleep_for(duration / 5);
  const double cpu_before_us = cpu_us(system.pid());
  const auto begin = Clock::now();
  phase.store(Phase::measured);
  std::this_thread::sleep_for(duration);
  const double cpu_spent_us = cpu_us(system.pid()) - cpu_before_us;
  const double elapsed_s = std::chrono::duration<double>(Clock::now() - begin).count();
  phase.store(Phase::over);
  for (auto& thread : senders) thread.join();
  for (const auto& group : groups)
    for (const auto& socket : group.receivers) ::shutdown(socket.get(), SHUT_RDWR);
  for (auto& thread : receivers) thread.join();

  std::vector<double> all;
  for (const auto& part : latencies_us) all.insert(all.end(), part.begin(), part.end());
  if (failed || all.empty()) throw std::runtime_error(system.name() + " stopped answering under load");
  std::ranges::sort(all);
  const double deliveries = static_cast<double>(all.size() * scenario.receivers);
  return {deliveries / elapsed_s, percentile(all, 0.5), percentile(all, 0.99), cpu_spent_us / deliveries};
}

}  // namespace parley::bench
