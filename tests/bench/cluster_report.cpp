#include "tests/bench/cluster_report.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "tests/bench/figure.hpp"
#include "tests/bench/markdown.hpp"
#include "tests/bench/median.hpp"

namespace parley::bench {
namespace {

using ClusterFigure = Figure<ClusterMeasurement>;

constexpr std::array cluster_figures{
    ClusterFigure{"per_s", nullptr, &ClusterMeasurement::per_s, 0},
    ClusterFigure{"p50_us", "p50, us", &ClusterMeasurement::p50_us, 0},
    ClusterFigure{"p99_us", "p99, us", &ClusterMeasurement::p99_us, 0},
    ClusterFigure{"nodes_cpu_us", "CPU of the nodes, us each", &ClusterMeasurement::nodes_cpu_us, 1},
    ClusterFigure{"broker_cpu_us", "CPU of the broker, us each", &ClusterMeasurement::broker_cpu_us, 1}};

std::string to_cell(const std::vector<ClusterMeasurement>& runs, const ClusterFigure& figure) {
  const double value = median_of(runs, figure.value);
  return value == 0 ? "–" : fmt::format("{:.{}f}", value, figure.decimals);
}

void append_table(std::string& text, const ClusterTable& table) {
  text += fmt::format("### {}\n\n{}\n\n", table.title, table.remark);
  std::vector<std::string> heads{"load", "figure"};
  heads.insert(heads.end(), table.columns.begin(), table.columns.end());
  append_head(text, heads, 2);
  for (const ClusterRow& row : table.rows)
    append_figures(text, cluster_figures, row.label, table.rate, table.columns,
                   [&](const std::string& column, const ClusterFigure& figure) {
                     return to_cell(row.runs.at(column), figure);
                   });
  text += '\n';
}

using Json = nlohmann::ordered_json;

Json json_of(const ClusterRow& row) {
  Json json{{"label", row.label}, {"columns", Json::object()}};
  for (const auto& [column, runs] : row.runs) json["columns"][column] = json_of(cluster_figures, runs);
  return json;
}

}  // namespace

std::string to_markdown(const ClusterReport& report) {
  std::string text = fmt::format(
      "Blocking clients, nodes and broker on one machine, over loopback. Medians of {} rounds of {} s, in "
      "which "
      "the columns take turns; CPU is user and system. {}. {}. Compare the ratios, not the rates.\n\n",
      report.rounds, report.seconds, report.machine, report.versions);
  for (const ClusterTable& table : report.tables) append_table(text, table);
  text += "### Targets\n\nMedians of each round's own ratio.\n\n";
  append_head(text, {"target", "load", "ratio", "bound", ""}, 2);
  for (const ClusterTarget& target : report.targets)
    append_line(text, {target.what, target.row, fmt::format("{:.2f}", target.ratio),
                       fmt::format("at least {:.2f}", target.at_least), target.is_met() ? "met" : "MISSED"});
  return text;
}

std::string to_json(const ClusterReport& report) {
  Json json{{"machine", report.machine}, {"versions", report.versions}, {"rounds", report.rounds},
            {"seconds", report.seconds}, {"tables", Json::array()},     {"targets", Json::array()}};
  for (const ClusterTable& table : report.tables) {
    Json& rows = json["tables"].emplace_back(Json{{"title", table.title}, {"counts", table.rate}})["rows"];
    for (const ClusterRow& row : table.rows) rows.push_back(json_of(row));
  }
  for (const ClusterTarget& target : report.targets)
    json["targets"].push_back({{"what", target.what},
                               {"load", target.row},
                               {"ratio", target.ratio},
                               {"at_least", target.at_least},
                               {"is_met", target.is_met()}});
  return json.dump(2) + '\n';
}

}  // namespace parley::bench
