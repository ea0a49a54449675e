#include "tests/bench/cluster_loads.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "tests/bench/cluster_nodes.hpp"
#include "tests/bench/cluster_requests.hpp"
#include "tests/bench/peers_client.hpp"
#include "tests/bench/peers_measure.hpp"

namespace parley::bench {
namespace {

constexpr std::size_t sign_ons = 1'000;

ClusterMeasurement to_measurement(const Figures& figures) {
  return {.per_s = figures.deliveries_per_s,
          .p50_us = figures.p50_us,
          .p99_us = figures.p99_us,
          .nodes_cpu_us = std::accumulate(figures.cpu_us.begin(), figures.cpu_us.end() - 1, 0.0),
          .broker_cpu_us = figures.cpu_us.back()};
}

/// Users who sign on and stay until this object goes.
class Arrivals {
 public:
  explicit Arrivals(std::uint16_t port) : codec_(parleyd_system.make_codec(Load{})), port_(port) {}

  /// Returns when all are there.
  void sign_on(std::size_t at_once) {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < at_once; ++i)
      threads.emplace_back([this] {
        try {
          for (std::size_t user = next_++; user < sign_ons; user = next_++) sign_on_one(user);
        } catch (const std::runtime_error&) {
          failed_ = true;
        }
      });
    for (auto& thread : threads) thread.join();
    if (failed_) throw std::runtime_error("a user could not sign on");
  }

  const Histogram& times() const { return times_; }

 private:
  void sign_on_one(std::size_t number) {
    const auto begin = Clock::now();
    auto client = std::make_unique<Client>(*codec_, port_, User{.sends = true, .index = number}, 0);
    const auto time = Clock::now() - begin;
    const std::lock_guard lock(mutex_);
    times_.add(time);
    clients_.push_back(std::move(client));
  }

  const std::unique_ptr<Codec> codec_;
  const std::uint16_t port_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  Histogram times_;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace

ClusterMeasurement measure_spread(const Spread& spread, const Load& load,
                                  std::chrono::milliseconds duration) {
  const ClusterNodes nodes(spread.nodes);
  Ports ports{.senders = nodes.port(0), .receivers = {}};
  for (const std::size_t node : spread.receivers) ports.receivers.push_back(nodes.port(node));
  const Talkers groups = start_groups(parleyd_system, ports, load);
  nodes.wait_until_all_list(load.groups * (load.senders + load.receivers));
  return to_measurement(measure_talk(groups, load.receivers, duration, nodes.processes()));
}

ClusterMeasurement measure_bare_requests(std::size_t threads, std::chrono::milliseconds duration) {
  const auto broker = start_broker();
  return to_measurement(measure_requests(*broker, threads, duration));
}

ClusterMeasurement measure_sign_ons(bool is_cluster, std::size_t at_once) {
  std::optional<ClusterNodes> nodes;
  std::unique_ptr<Server> alone;
  if (is_cluster)
    nodes.emplace(2);
  else
    alone = parleyd_system.start();
  const auto processes = is_cluster ? nodes->processes() : std::vector<pid_t>{alone->pid()};
  Arrivals arrivals(is_cluster ? nodes->port(0) : alone->port());

  std::vector<double> cpu;
  for (const pid_t process : processes) cpu.push_back(-cpu_us(process));
  const auto begin = Clock::now();
  arrivals.sign_on(at_once);
  const double elapsed_s = std::chrono::duration<double>(Clock::now() - begin).count();
  for (std::size_t i = 0; i < cpu.size(); ++i) cpu[i] = (cpu[i] + cpu_us(processes[i])) / sign_ons;
  if (!is_cluster) cpu.push_back(0);  // no broker
  return to_measurement({.deliveries_per_s = sign_ons / elapsed_s,
                         .p50_us = arrivals.times().percentile_us(0.5),
                         .p99_us = arrivals.times().percentile_us(0.99),
                         .cpu_us = std::move(cpu)});
}

}  // namespace parley::bench
