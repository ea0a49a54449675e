#include "tests/bench/peers_measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace parley::bench {
namespace {

// To sign thousands of clients on, and to finish the messages that are out at the end.
constexpr std::chrono::milliseconds line_patience{60'000};

// A broadcast to thousands takes a tenth of a second: enough of them must begin and end while it is measured.
constexpr std::chrono::microseconds least_duration_per_receiver{500};

std::string read_line(test::Process& process) {
  const auto line = process.output().try_line(test::Deadline(line_patience));
  if (!line) throw std::runtime_error("a group of clients gave up or fell silent: " + process.error().text());
  return *line;
}

/// CPU time of each process for each second of the window: this thread may well be late for both of its ends.
std::vector<double> measure_cpu_us_per_s(const std::vector<pid_t>& processes, const Window& window) {
  std::vector<double> spent_us;
  std::this_thread::sleep_until(window.begin);
  const auto begin = Clock::now();
  for (const pid_t process : processes) spent_us.push_back(-cpu_us(process));
  std::this_thread::sleep_until(window.end);
  const double elapsed_s = std::chrono::duration<double>(Clock::now() - begin).count();
  for (std::size_t i = 0; i < processes.size(); ++i)
    spent_us[i] = (spent_us[i] + cpu_us(processes[i])) / elapsed_s;
  return spent_us;
}

GroupFigures collect(const Talkers& talkers, std::size_t receivers) {
  GroupFigures sum;
  for (const auto& talker : talkers) {
    const GroupFigures figures = to_figures(read_line(*talker));
    if (figures.receipts != figures.sent * receivers)
      throw std::runtime_error(fmt::format("{} messages to {} receivers, but {} receipts", figures.sent,
                                           receivers, figures.receipts));
    sum.messages_per_s += figures.messages_per_s;
    sum.latencies.add(figures.latencies);
  }
  if (sum.messages_per_s <= 0) throw std::runtime_error("no message began and ended in the time measured");
  return sum;
}

}  // namespace

std::unique_ptr<test::Process> start_talker(const std::string& role, const std::string& task) {
  auto talker = std::make_unique<test::Process>("/proc/self/exe", std::vector<std::string>{role});
  talker->write(task);
  return talker;
}

void wait_until_ready(test::Process& talker) {
  read_line(talker);
}

Talkers start_groups(const PeerSystem& system, const Ports& ports, const Load& load) {
  Talkers groups;
  for (std::size_t group = 0; group < load.groups; ++group)
    groups.push_back(
        start_talker("--peers-group", to_line(GroupTask{std::string(system.name), ports, group, load})));
  for (const auto& group : groups) wait_until_ready(*group);
  return groups;
}

Figures measure_talk(const Talkers& talkers, std::size_t receivers, std::chrono::milliseconds duration,
                     const std::vector<pid_t>& processes) {
  const auto measured = std::max<Clock::duration>(duration, receivers * least_duration_per_receiver);
  const auto begin = Clock::now() + measured / 5;
  const Window window{begin, begin + measured};
  for (const auto& talker : talkers) talker->write(to_line(window));
  std::vector<double> cpu = measure_cpu_us_per_s(processes, window);
  const GroupFigures sum = collect(talkers, receivers);
  const double deliveries_per_s = sum.messages_per_s * static_cast<double>(receivers);
  for (double& us : cpu) us /= deliveries_per_s;
  return {.deliveries_per_s = deliveries_per_s,
          .p50_us = sum.latencies.percentile_us(0.5),
          .p99_us = sum.latencies.percentile_us(0.99),
          .cpu_us = std::move(cpu)};
}

Measurement measure_peer(const PeerSystem& system, const Load& load, std::chrono::milliseconds duration) {
  try {
    const auto server = system.start();
    const Talkers groups = start_groups(system, {server->port(), {server->port()}}, load);
    const Figures figures = measure_talk(groups, load.receivers, duration, {server->pid()});
    return {figures.deliveries_per_s, figures.p50_us, figures.p99_us, figures.cpu_us.front()};
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format("{}: {}", system.name, error.what()));
  }
}

}  // namespace parley::bench
