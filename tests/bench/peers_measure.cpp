#include "tests/bench/peers_measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/bench/peers_group.hpp"
#include "tests/support/process.hpp"

namespace parley::bench {
namespace {

// To sign thousands of clients on, and to finish the messages that are out at the end.
constexpr std::chrono::milliseconds patience{60'000};

// A broadcast to thousands takes a tenth of a second: enough of them must begin and end while it is measured.
constexpr std::chrono::microseconds least_duration_per_receiver{500};

using Processes = std::vector<std::unique_ptr<test::Process>>;

std::string read_line(test::Process& process) {
  const auto line = process.output().try_line(test::Deadline(patience));
  if (!line) throw std::runtime_error("a group of clients gave up or fell silent: " + process.error().text());
  return *line;
}

Processes start_groups(const PeerSystem& system, const Server& server, const Load& load) {
  Processes groups;
  for (std::size_t group = 0; group < load.groups; ++group) {
    groups.push_back(
        std::make_unique<test::Process>("/proc/self/exe", std::vector<std::string>{"--peers-group"}));
    groups.back()->write(to_line(GroupTask{std::string(system.name), server.port(), group, load}));
  }
  for (const auto& group : groups) read_line(*group);  // "ready"
  return groups;
}

/// The server's CPU time for each second of the window: this thread may well be late for both of its ends.
double measure_cpu_us_per_s(const Server& server, const Window& window) {
  std::this_thread::sleep_until(window.begin);
  const auto begin = Clock::now();
  const double before_us = cpu_us(server.pid());
  std::this_thread::sleep_until(window.end);
  const auto end = Clock::now();
  return (cpu_us(server.pid()) - before_us) / std::chrono::duration<double>(end - begin).count();
}

GroupFigures collect(const Processes& groups, const Load& load) {
  GroupFigures sum;
  for (const auto& group : groups) {
    const GroupFigures figures = to_figures(read_line(*group));
    if (figures.receipts != figures.sent * load.receivers)
      throw std::runtime_error(fmt::format("{} messages to {} receivers, but {} receipts", figures.sent,
                                           load.receivers, figures.receipts));
    sum.messages_per_s += figures.messages_per_s;
    sum.latencies.add(figures.latencies);
  }
  if (sum.messages_per_s <= 0) throw std::runtime_error("no message began and ended in the time measured");
  return sum;
}

}  // namespace

Measurement measure_peer(const PeerSystem& system, const Load& load, std::chrono::milliseconds duration) {
  try {
    const auto server = system.start();
    const Processes groups = start_groups(system, *server, load);
    const auto measured = std::max<Clock::duration>(duration, load.receivers * least_duration_per_receiver);
    const auto begin = Clock::now() + measured / 5;
    const Window window{begin, begin + measured};
    for (const auto& group : groups) group->write(to_line(window));
    const double cpu_us_per_s = measure_cpu_us_per_s(*server, window);
    const GroupFigures figures = collect(groups, load);
    const double deliveries_per_s = figures.messages_per_s * static_cast<double>(load.receivers);
    return {.deliveries_per_s = deliveries_per_s,
            .p50_us = figures.latencies.percentile_us(0.5),
            .p99_us = figures.latencies.percentile_us(0.99),
            .server_cpu_us = cpu_us_per_s / deliveries_per_s};
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format("{}: {}", system.name, error.what()));
  }
}

}  // namespace parley::bench
