#include "tests/bench/cluster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>

#include "tests/bench/cluster_loads.hpp"
#include "tests/bench/median.hpp"
#include "tests/bench/scale_machine.hpp"

namespace parley::bench {
namespace {

using Measure = std::function<ClusterMeasurement()>;
using Columns = std::vector<std::pair<std::string, Measure>>;

constexpr const char* across = "across two nodes";
constexpr const char* bare = "bare NATS";
constexpr double least_ratio = 0.7;

class Bench {
 public:
  explicit Bench(const ClusterBenchOptions& options) : options_(options) {}

  ClusterTable measure_pairs() const {
    ClusterTable table{
        .title = "Pairs across nodes",
        .remark =
            "Each sender waits for SENT before its next message of 64 bytes, so all four steps are in each: "
            "SEND, FORWARD, RECEIVED, SENT. Across two nodes the broker carries the line one way and the "
            "answer "
            "back. On one node the cluster is the same, but nothing crosses it. Bare NATS: two programs that "
            "only "
            "have libnats, with one connection each and SendAsap; one asks from as many threads as there are "
            "pairs, with 64 bytes, the other replies with two. A message between nodes cannot do with less.",
        .rate = "messages/s",
        .columns = {},
        .rows = {}};
    for (const std::size_t pairs : {std::size_t{1}, std::size_t{8}, std::size_t{64}}) {
      const Load load{.groups = pairs};
      add_row(table, fmt::format("{} pair{}", pairs, pairs == 1 ? "" : "s"),
              {{across, measure({.nodes = 2, .receivers = {1}}, load)},
               {"on one of two nodes", measure({.nodes = 2, .receivers = {0}}, load)},
               {bare, [this, pairs] { return measure_bare_requests(pairs, options_.duration); }}});
    }
    return table;
  }

  ClusterTable measure_broadcast() const {
    ClusterTable table{
        .title = "One sender to 1,000",
        .remark =
            "64 bytes to ALL; the sender's next message leaves when every receiver has acknowledged the last "
            "one. "
            "A line to all crosses to each other node once, whatever the number of its users there.",
        .rate = "deliveries/s",
        .columns = {},
        .rows = {}};
    const Load load{.receivers = 1'000};
    add_row(table, "1 to 1000",
            {{"on three nodes", measure({.nodes = 3, .receivers = {0, 1, 2}}, load)},
             {"on one of three", measure({.nodes = 3, .receivers = {0}}, load)}});
    return table;
  }

  ClusterTable measure_arrivals() const {
    ClusterTable table{
        .title = "Sign-ons",
        .remark =
            "1,000 new names, two sockets each, who stay. In a cluster each name is a claim: a key that the "
            "broker creates, and writes to its store, before the user is told that it is registered.",
        .rate = "sign-ons/s",
        .columns = {},
        .rows = {}};
    for (const std::size_t at_once : {std::size_t{1}, std::size_t{16}})
      add_row(table, fmt::format("{} at a time", at_once),
              {{"one of two nodes", [at_once] { return measure_sign_ons(true, at_once); }},
               {"parleyd alone", [at_once] { return measure_sign_ons(false, at_once); }}});
    return table;
  }

 private:
  Measure measure(Spread spread, const Load& load) const {
    return
        [this, spread = std::move(spread), load] { return measure_spread(spread, load, options_.duration); };
  }

  /// The columns take turns, so that a noisy moment meets all of them, and each round begins with another.
  void add_row(ClusterTable& table, const std::string& label, Columns columns) const {
    if (table.columns.empty())
      for (const auto& column : columns) table.columns.push_back(column.first);
    ClusterRow& row = table.rows.emplace_back(ClusterRow{label, {}});
    for (int round = 1; round <= options_.rounds; ++round) {
      for (const auto& [column, measure_column] : columns) {
        std::fputs(fmt::format("{}, round {} of {}: {}\n", label, round, options_.rounds, column).c_str(),
                   stderr);
        row.runs[column].push_back(measure_column());
      }
      std::rotate(columns.begin(), columns.begin() + 1, columns.end());
    }
  }

  const ClusterBenchOptions options_;
};

std::vector<ClusterTarget> find_targets(const ClusterTable& pairs) {
  std::vector<ClusterTarget> targets;
  for (const ClusterRow& row : pairs.rows) {
    std::vector<double> ratios;
    const auto& runs = row.runs.at(across);
    for (std::size_t round = 0; round < runs.size(); ++round)
      ratios.push_back(runs[round].per_s / row.runs.at(bare)[round].per_s);
    targets.push_back(
        {"messages/s across two nodes beside bare NATS's", row.label, median(ratios), least_ratio});
  }
  return targets;
}

}  // namespace

ClusterReport run_cluster(const ClusterBenchOptions& options) {
  raise_file_limit();
  const Bench bench(options);
  ClusterReport report{.machine = describe_machine(),
                       .versions = "parleyd " PARLEY_VERSION ", " + describe_package("nats-server") + ", " +
                                   describe_package("libnats-dev"),
                       .rounds = options.rounds,
                       .seconds = std::chrono::duration<double>(options.duration).count(),
                       .tables = {},
                       .targets = {}};
  report.tables.push_back(bench.measure_pairs());
  report.targets = find_targets(report.tables.front());
  report.tables.push_back(bench.measure_broadcast());
  report.tables.push_back(bench.measure_arrivals());
  return report;
}

}  // namespace parley::bench
