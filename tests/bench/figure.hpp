#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/bench/markdown.hpp"
#include "tests/bench/median.hpp"

namespace parley::bench {

/// A line of a table for each row: one number of each run.
template <typename Run>
struct Figure {
  const char* key;    ///< in JSON
  const char* label;  ///< nullptr: the table's own word for what is counted
  double Run::*value;
  int decimals;
};

/// The lines of a row: `to_cell(column, figure)` says what stands in a column.
template <typename Figures, typename ToCell>
void append_figures(std::string& text, const Figures& figures, const std::string& row,
                    const std::string& rate, const std::vector<std::string>& columns, ToCell to_cell) {
  for (const auto& figure : figures) {
    const bool is_first = figure.label == nullptr;
    std::vector<std::string> cells{is_first ? row : "", is_first ? rate : figure.label};
    for (const std::string& column : columns) cells.push_back(to_cell(column, figure));
    append_line(text, cells);
  }
}

/// The median and the runs of each figure, by its key.
template <typename Figures, typename Run>
nlohmann::ordered_json json_of(const Figures& figures, const std::vector<Run>& runs) {
  nlohmann::ordered_json json;
  for (const auto& figure : figures) {
    auto& cell = json[figure.key];
    cell["median"] = median_of(runs, figure.value);
    for (const Run& run : runs) cell["rounds"].push_back(run.*figure.value);
  }
  return json;
}

}  // namespace parley::bench
