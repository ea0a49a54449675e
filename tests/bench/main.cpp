#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <vector>

#include "base/command_line.hpp"
#include "base/seconds.hpp"
#include "tests/bench/cluster.hpp"
#include "tests/bench/cluster_requests.hpp"
#include "tests/bench/load.hpp"
#include "tests/bench/median.hpp"
#include "tests/bench/peers.hpp"
#include "tests/bench/peers_group.hpp"
#include "tests/bench/relay.hpp"
#include "tests/bench/scale.hpp"
#include "tests/bench/scale_holder.hpp"
#include "tests/bench/systems.hpp"

namespace {

using namespace parley::bench;

struct Row {
  std::string label;
  Scenario scenario;
};

const std::vector<Row> rows{
    {"1 pair", {.groups = 1}},
    {"8 pairs", {.groups = 8}},
    {"64 pairs", {.groups = 64}},
    {"1 to 100, broadcast", {.groups = 1, .receivers = 100}},
};

void print_line(const std::string& label, const char* system, const std::vector<Measurement>& runs,
                double ratio) {
  std::printf("| %s | %s | %.0f | %.0f | %.0f | %.1f | %.2f |\n", label.c_str(), system,
              median_of(runs, &Measurement::deliveries_per_s), median_of(runs, &Measurement::p50_us),
              median_of(runs, &Measurement::p99_us), median_of(runs, &Measurement::server_cpu_us), ratio);
  std::fflush(stdout);
}

/// The two systems take turns, so that a noisy moment meets both; the ratio is the median of each round's
/// own.
void measure(const Row& row, int rounds, std::chrono::milliseconds duration) {
  std::vector<Measurement> relay;
  std::vector<Measurement> parleyd;
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    relay.push_back(run_load(*start_relay(), row.scenario, duration));
    parleyd.push_back(run_load(*start_parleyd(), row.scenario, duration));
    ratios.push_back(parleyd.back().server_cpu_us / relay.back().server_cpu_us);
  }
  print_line(row.label, "relay", relay, 1.0);
  print_line(row.label, "parleyd", parleyd, median(ratios));
}

void write_file(const std::string& path, const std::string& text) {
  if (path.empty()) return;
  std::ofstream file(path);
  file << text;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path);
}

struct ReportPaths {  // empty: not written
  std::string markdown;
  std::string json;
  std::string chart;
};

template <typename Report>
void publish(const Report& report, const ReportPaths& paths) {
  std::cout << to_markdown(report);
  write_file(paths.markdown, to_markdown(report));
  write_file(paths.json, to_json(report));
  if constexpr (requires { write_chart(report, paths.chart); })
    if (!paths.chart.empty()) write_chart(report, paths.chart);
}

/// What the command line asks for.
struct Options {
  int rounds = 5;
  std::chrono::milliseconds duration{1000};
  bool relay = false;
  bool holder = false;
  bool peers_group = false;
  bool requester = false;
  bool responder = false;
  bool scale = false;
  bool peers = false;
  bool cluster = false;
  ScaleOptions scale_options;
  PeersOptions peers_options;
  ClusterBenchOptions cluster_options;
  ReportPaths paths;
};

void add_options(CLI::App& app, Options& options) {
  app.add_option("--rounds", options.rounds, "Rounds of each row; the figures are their medians")
      ->check(CLI::Range(1, 99))
      ->capture_default_str();
  parley::add_seconds(app, "--seconds", options.duration, std::chrono::milliseconds{50},
                      std::chrono::minutes{1}, "How long one system is measured in one round")
      ->option_text("SECONDS [" + parley::to_seconds_text(options.duration) + "]");
  app.add_flag("--relay", options.relay, "Be the relay")->group("");
  app.add_flag("--holder", options.holder, "Hold users as standard input says")->group("");
  app.add_flag("--peers-group", options.peers_group, "Be a group of clients, as standard input says")
      ->group("");
  app.add_flag("--requester", options.requester, "Ask a responder, as standard input says")->group("");
  app.add_flag("--responder", options.responder, "Reply to a requester")->group("");
  app.add_flag("--scale", options.scale, "Measure parleyd with thousands of users");
  app.add_option("--users", options.scale_options.users, "How many, one number after the other")
      ->check(CLI::Range(least_held_users, std::size_t{1'000'000}))
      ->capture_default_str();
  app.add_flag("--peers", options.peers, "Measure parleyd beside brokers and an IRC server")
      ->excludes("--scale");
  app.add_flag("--cluster", options.cluster, "Measure several parleyd as one server, beside bare NATS")
      ->excludes("--scale", "--peers");
  app.add_option("--systems", options.peers_options.systems,
                 "Of --peers: only these systems, with commas between them")
      ->delimiter(',')
      ->check(CLI::IsMember(peer_system_names()))
      ->capture_default_str();
  app.add_option("--tables", options.peers_options.tables, "Of --peers: only these tables")
      ->delimiter(',')
      ->check(CLI::IsMember(peer_table_names()))
      ->capture_default_str();
  app.add_option("--markdown", options.paths.markdown, "File for the tables");
  app.add_option("--json", options.paths.json, "File for the figures");
  app.add_option("--chart", options.paths.chart, "File for an SVG, drawn by gnuplot; not of --cluster")
      ->excludes("--cluster");
}

void measure_rows(int rounds, std::chrono::milliseconds duration) {
  std::printf("Acknowledged messages of 64 bytes, blocking clients, loopback; median of %d rounds of %s s.\n",
              rounds, parley::to_seconds_text(duration).c_str());
  std::printf("CPU is the server's, user and system; its ratio to the relay's is taken round by round.\n\n");
  std::printf("| load | server | deliveries/s | p50 us | p99 us | CPU us/delivery | CPU ratio |\n");
  std::printf("|---|---|---:|---:|---:|---:|---:|\n");
  for (const auto& row : rows) measure(row, rounds, duration);
}

void run_measurement(Options& options) {
  options.peers_options.rounds = options.scale_options.rounds = options.cluster_options.rounds =
      options.rounds;
  options.peers_options.duration = options.scale_options.duration = options.cluster_options.duration =
      options.duration;
  if (options.peers)
    publish(run_peers(options.peers_options), options.paths);
  else if (options.scale)
    publish(run_scale(options.scale_options), options.paths);
  else if (options.cluster)
    publish(run_cluster(options.cluster_options), options.paths);
  else
    measure_rows(options.rounds, options.duration);
}

int run(int argc, char** argv) {
  CLI::App app{"Measures parleyd beside a relay that moves the same bytes and parses nothing",
               "parley-bench"};
  Options options;
  add_options(app, options);
  CLI11_PARSE(app, argc, argv);
  if (options.relay) return run_relay();
  if (options.holder) return run_holder();
  if (options.peers_group) return run_group();
  if (options.requester) return run_requester();
  if (options.responder) return run_responder();
  run_measurement(options);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "parley-bench: " << error.what() << '\n';
    return 1;
  }
}
