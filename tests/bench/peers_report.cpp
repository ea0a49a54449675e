#include "tests/bench/peers_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "tests/bench/chart.hpp"
#include "tests/bench/figure.hpp"
#include "tests/bench/markdown.hpp"
#include "tests/bench/median.hpp"

namespace parley::bench {
namespace {

using PeerFigure = Figure<Measurement>;

constexpr std::array peer_figures{
    PeerFigure{"per_s", nullptr, &Measurement::deliveries_per_s, 0},
    PeerFigure{"p50_us", "p50, us", &Measurement::p50_us, 0},
    PeerFigure{"p99_us", "p99, us", &Measurement::p99_us, 0},
    PeerFigure{"server_cpu_us", "server CPU, us each", &Measurement::server_cpu_us, 1}};

const std::vector<Measurement>* find_runs(const PeersRow& row, const std::string& system) {
  const auto found = row.runs.find(system);
  return found == row.runs.end() ? nullptr : &found->second;
}

/// The systems that took part in one of these tables, in the order of the columns.
std::vector<std::string> systems_of(const PeersReport& report, std::span<const PeersTable> tables) {
  std::vector<std::string> systems;
  for (const std::string& system : report.systems)
    if (std::ranges::any_of(tables, [&](const PeersTable& table) {
          return std::ranges::any_of(table.rows,
                                     [&](const PeersRow& row) { return row.runs.contains(system); });
        }))
      systems.push_back(system);
  return systems;
}

void append_table(std::string& text, const PeersReport& report, const PeersTable& table) {
  text += fmt::format("### {}\n\n{}\n\n", table.title, table.remark);
  const auto systems = systems_of(report, {&table, 1});
  std::vector<std::string> heads{"load", "figure"};
  heads.insert(heads.end(), systems.begin(), systems.end());
  append_head(text, heads, 2);
  for (const PeersRow& row : table.rows)
    append_figures(text, peer_figures, row.label, table.rate, systems,
                   [&](const std::string& system, const PeerFigure& figure) {
                     const auto* runs = find_runs(row, system);
                     return runs == nullptr
                                ? "–"
                                : fmt::format("{:.{}f}", median_of(*runs, figure.value), figure.decimals);
                   });
  text += '\n';
}

/// One system's figure divided by another's, round by round; nullopt when one of them was not measured.
std::optional<double> ratio(const PeersRow& row, const std::string& ours, const std::string& other,
                            double Measurement::*figure) {
  const auto* dividends = find_runs(row, ours);
  const auto* divisors = find_runs(row, other);
  if (dividends == nullptr || divisors == nullptr) return std::nullopt;
  std::vector<double> ratios;
  for (std::size_t round = 0; round < dividends->size(); ++round)
    ratios.push_back((*dividends)[round].*figure / (*divisors)[round].*figure);
  return median(ratios);
}

/// A line of what a table shows as ratios: what of whom, under which load, and one for each of the table's
/// `ours`.
struct Ratios {
  std::string what;
  std::string load;
  std::vector<std::optional<double>> values;
};

std::vector<Ratios> ratios_of(const PeersTable& table) {
  std::vector<Ratios> all;
  for (const PeersRow& row : table.rows)
    for (const std::string& other : table.beside) {
      const auto add = [&](const std::string& what, double Measurement::*figure) {
        Ratios ratios{what + " beside " + other, row.label, {}};
        for (const std::string& ours : table.ours) ratios.values.push_back(ratio(row, ours, other, figure));
        const bool is_known =
            std::ranges::any_of(ratios.values, [](const auto& one) { return one.has_value(); });
        if (is_known) all.push_back(std::move(ratios));
      };
      add(table.rate, &Measurement::deliveries_per_s);
      add("server CPU", &Measurement::server_cpu_us);
    }
  return all;
}

void append_ratios(std::string& text, const PeersTable& table) {
  const auto all = ratios_of(table);
  if (all.empty()) return;
  text += "Medians of each round's own ratio:\n\n";
  std::vector<std::string> heads{"load", "ratio"};
  heads.insert(heads.end(), table.ours.begin(), table.ours.end());
  append_head(text, heads, 2);
  for (const Ratios& ratios : all) {
    std::vector<std::string> cells{ratios.load, ratios.what};
    for (const auto& value : ratios.values) cells.push_back(value ? fmt::format("{:.2f}", *value) : "–");
    append_line(text, cells);
  }
  text += '\n';
}

/// The broker that delivers most; empty when none was measured.
std::string find_best_broker(const PeersRow& row) {
  std::string best;
  double best_rate = 0;
  for (const auto& [system, runs] : row.runs) {
    const double rate = median_of(runs, &Measurement::deliveries_per_s);
    if (system == "relay" || system == "parleyd" || rate <= best_rate) continue;
    best = system;
    best_rate = rate;
  }
  return best;
}

void append_targets(std::string& text, const PeersReport& report) {
  const auto targets = find_targets(report);
  if (targets.empty()) return;
  text +=
      "### Targets\n\nMedians of each round's own ratio.\n\n| target | load | ratio | bound | "
      "|\n|---|---|---:|---:|---|\n";
  for (const PeersTarget& target : targets)
    append_line(text, {target.what, target.load, fmt::format("{:.2f}", target.ratio),
                       fmt::format("{} {:.2f}", target.is_most ? "at most" : "at least", target.bound),
                       target.is_met() ? "met" : "MISSED"});
}

using Json = nlohmann::ordered_json;

Json json_of(const PeersRow& row) {
  Json json{{"label", row.label},
            {"groups", row.load.groups},
            {"senders", row.load.senders},
            {"receivers", row.load.receivers},
            {"body_bytes", row.load.body_bytes},
            {"systems", Json::object()}};
  for (const auto& [system, runs] : row.runs) json["systems"][system] = json_of(peer_figures, runs);
  return json;
}

Json json_of(const Ratios& ratios, const PeersTable& table) {
  Json json{{"what", ratios.what}, {"load", ratios.load}, {"systems", Json::object()}};
  for (std::size_t i = 0; i < table.ours.size(); ++i)
    if (ratios.values[i]) json["systems"][table.ours[i]] = *ratios.values[i];
  return json;
}

/// Tables for gnuplot, as blocks of data under the names that peers.gnuplot uses: a column for each system.
std::string to_block(const std::vector<std::string>& systems, const PeersTable& table,
                     const PeerFigure& figure, const std::string& name) {
  std::string text = fmt::format("${} << END\nload", name);
  for (const std::string& system : systems) text += ' ' + system;
  text += '\n';
  for (const PeersRow& row : table.rows) {
    std::string label = row.label;
    // The second line of the label.
    if (const auto body = label.find(" of "); body != std::string::npos) label.replace(body, 4, "\\n");
    text += fmt::format("\"{}\"", label);
    for (const std::string& system : systems) {
      const auto* runs = find_runs(row, system);
      text += runs == nullptr ? " 0" : fmt::format(" {}", median_of(*runs, figure.value));
    }
    text += '\n';
  }
  return text + "END\n";
}

}  // namespace

std::vector<PeersTarget> find_targets(const PeersReport& report) {
  constexpr double least_rate_ratio = 1.15;
  const auto most_cpu_ratio = [](const PeersRow& row) { return row.load.groups == 1 ? 1.1 : 1.0; };
  const auto least_broadcast_ratio = [](const PeersRow& row) {
    return row.load.receivers < 1000 ? 1.15 : 1.3;
  };
  std::vector<PeersTarget> targets;
  const auto add = [&](const std::string& what, const PeersRow& row, std::optional<double> value,
                       double bound, bool is_most) {
    if (value) targets.push_back({what, row.label, *value, bound, is_most});
  };
  for (const PeersTable& table : report.tables)
    for (const PeersRow& row : table.rows) {
      if (table.name == "pairs") {
        const std::string best = find_best_broker(row);
        add("CPU beside the relay's", row, ratio(row, "parleyd", "relay", &Measurement::server_cpu_us),
            most_cpu_ratio(row), true);
        add("messages/s beside the best broker's, " + best, row,
            ratio(row, "parleyd", best, &Measurement::deliveries_per_s), least_rate_ratio, false);
      } else if (table.name == "broadcast") {
        add("deliveries/s beside mosquitto's", row,
            ratio(row, "parleyd", "mosquitto", &Measurement::deliveries_per_s), least_broadcast_ratio(row),
            false);
        add("deliveries/s beside redis'", row, ratio(row, "parleyd", "redis", &Measurement::deliveries_per_s),
            1.0, false);
      }
    }
  return targets;
}

std::string to_markdown(const PeersReport& report) {
  std::string text = fmt::format(
      "Blocking clients on loopback, each group in a process of its own, a thread each; every system has the "
      "same. "
      "Each waits for its acknowledgement before its next message. Medians of {} rounds of {} s, in which "
      "the systems "
      "take turns; CPU is the server's, user and system. {}. {}. Compare the ratios, not the rates.\n\n",
      report.rounds, report.seconds, report.machine, report.versions);
  for (const PeersTable& table : report.tables) {
    append_table(text, report, table);
    append_ratios(text, table);
  }
  append_targets(text, report);
  return text;
}

std::string to_json(const PeersReport& report) {
  Json json{{"machine", report.machine}, {"versions", report.versions}, {"rounds", report.rounds},
            {"seconds", report.seconds}, {"tables", Json::array()},     {"targets", Json::array()}};
  for (const PeersTable& table : report.tables) {
    Json& entry = json["tables"].emplace_back(Json{{"name", table.name}, {"counts", table.rate}});
    for (const PeersRow& row : table.rows) entry["rows"].push_back(json_of(row));
    for (const Ratios& ratios : ratios_of(table)) entry["ratios"].push_back(json_of(ratios, table));
  }
  for (const PeersTarget& target : find_targets(report))
    json["targets"].push_back({{"what", target.what},
                               {"load", target.load},
                               {"ratio", target.ratio},
                               {target.is_most ? "at_most" : "at_least", target.bound},
                               {"is_met", target.is_met()}});
  return json.dump(2) + '\n';
}

void write_chart(const PeersReport& report, const std::string& svg_path) {
  std::vector<PeersTable> drawn = report.tables;
  // The rooms have other columns, and no place there.
  std::erase_if(drawn, [](const PeersTable& table) { return table.name == "rooms"; });
  const auto systems = systems_of(report, drawn);
  std::string script = fmt::format("set output \"{}\"\nlast_column = {}\n", svg_path, systems.size() + 1);
  for (const PeersTable& table : drawn) {
    std::string name = table.name;
    std::ranges::replace(name, '-', '_');
    script += to_block(systems, table, peer_figures.front(), name + "_rate") +
              to_block(systems, table, peer_figures.back(), name + "_cpu");
  }
  draw_chart(script, "peers.gnuplot");
}

}  // namespace parley::bench
