#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>
#include <vector>

#include "tests/bench/load.hpp"
#include "tests/bench/relay.hpp"
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

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

double median_of(const std::vector<Measurement>& runs, double Measurement::*figure) {
  std::vector<double> values;
  for (const auto& run : runs) values.push_back(run.*figure);
  return median(values);
}

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

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Measures parleyd beside a relay that moves the same bytes and parses nothing",
               "parley-bench"};
  int rounds = 5;
  double seconds = 1;
  bool relay = false;
  app.add_option("--rounds", rounds, "Rounds of each row; the figures are their medians")
      ->check(CLI::Range(1, 99))
      ->capture_default_str();
  app.add_option("--seconds", seconds, "How long one system is measured in one round")
      ->check(CLI::Range(0.05, 60.0))
      ->capture_default_str();
  app.add_flag("--relay", relay, "Be the relay")->group("");
  CLI11_PARSE(app, argc, argv);
  if (relay) return run_relay();
  try {
    std::printf(
        "Acknowledged messages of 64 bytes, blocking clients, loopback; median of %d rounds of %g s.\n",
        rounds, seconds);
    std::printf(
        "CPU is the server's, user and system; its ratio to the relay's is taken round by round.\n\n");
    std::printf("| load | server | deliveries/s | p50 us | p99 us | CPU us/delivery | CPU ratio |\n");
    std::printf("|---|---|---:|---:|---:|---:|---:|\n");
    for (const auto& row : rows)
      measure(row, rounds, std::chrono::milliseconds(static_cast<int>(seconds * 1000)));
  } catch (const std::exception& error) {
    std::cerr << "parley-bench: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
