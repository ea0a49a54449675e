#include "client/line_layout.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "client/graphemes.hpp"

namespace parley::client {
namespace {

/// The bytes of the sequence "\x1b[...m" that the text begins with; 0 when it begins with none.
std::size_t color_length(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const auto end = text.find_first_not_of("0123456789;", 2);
  return end == std::string_view::npos || text[end] != 'm' ? 0 : end + 1;
}

/// Fills rows with one piece after the other.
class Rows {
 public:
  explicit Rows(std::size_t columns) : columns_(std::max<std::size_t>(columns, 1)), rows_(1) {}

  void put_text(std::string_view text) {
    while (!text.empty()) {
      const std::size_t color = color_length(text);
      const std::size_t length = color > 0 ? color : cluster_length(text);
      if (color > 0)
        rows_.back().text += text.substr(0, color);
      else
        put_cluster(text.substr(0, length));
      text.remove_prefix(length);
    }
  }

  void put_cluster(std::string_view cluster) {
    Row& row = rows_.back();
    if (cluster == "\t") {
      const std::size_t width = std::min(tab_columns - row.columns % tab_columns, columns_ - row.columns);
      return put(std::string(width, ' '), width, false);
    }
    put(cluster, std::min(cluster_columns(cluster), columns_),
        cluster.size() > to_utf8(first_code_point(cluster)).size());
  }

  /// A LF; behind a full row it shows as nothing more.
  void end_line() {
    if (!rows_.back().wrapped || rows_.back().columns > 0) rows_.emplace_back();
  }

  /// Where a cluster goes that is put next.
  Position place_of(std::string_view cluster) const {
    const std::size_t width = cluster == "\t" ? 1 : std::min(cluster_columns(cluster), columns_);
    const bool fits = rows_.back().columns + width <= columns_ || cluster == "\n";
    return fits ? Position{rows_.size() - 1, rows_.back().columns} : Position{rows_.size(), 0};
  }

  std::size_t bytes_before(std::string_view cluster) const {
    return place_of(cluster).row < rows_.size() ? rows_.back().text.size() : 0;
  }

  std::vector<Row> take() { return std::move(rows_); }

 private:
  void put(std::string_view text, std::size_t width, bool joined) {
    if (rows_.back().columns + width > columns_) rows_.emplace_back();
    rows_.back().text += text;
    rows_.back().columns += width;
    rows_.back().joined = rows_.back().joined || joined;
    if (rows_.back().columns == columns_) rows_.push_back({.text = {}, .wrapped = true});
  }

  const std::size_t columns_;
  std::vector<Row> rows_;
};

std::vector<Row> rows_of(std::string_view line, std::size_t columns) {
  Rows rows(columns);
  rows.put_text(line);
  auto filled = rows.take();
  // A terminal begins no row before there is something to be put there.
  if (filled.size() > 1 && filled.back().columns == 0) filled.pop_back();
  return filled;
}

}  // namespace

Layout lay_out(std::string_view prompt, std::string_view line, std::size_t cursor, std::size_t columns,
               std::string_view gutter) {
  Rows rows(columns);
  Layout layout;
  rows.put_text(prompt);
  for (std::size_t at = 0, length = 0; at < line.size(); at += length) {
    length = cluster_length(line.substr(at));
    const std::string_view cluster = line.substr(at, length);
    if (at == cursor) {
      layout.cursor = rows.place_of(cluster);
      layout.cursor_bytes = rows.bytes_before(cluster);
    }
    if (cluster == "\n") {
      rows.end_line();
      rows.put_text(gutter);
    } else {
      rows.put_cluster(cluster);
    }
  }
  if (cursor >= line.size()) {
    layout.cursor = rows.place_of("");
    layout.cursor_bytes = rows.bytes_before("");
  }
  layout.rows = rows.take();
  return layout;
}

std::size_t row_count(std::string_view line, std::size_t columns) {
  return rows_of(line, columns).size();
}

std::optional<std::size_t> sure_row_count(std::string_view line, std::size_t columns) {
  const auto rows = rows_of(line, columns);
  // No terminal makes a cluster wider than it is taken for here.
  const bool is_sure = rows.size() == 1 || std::ranges::none_of(rows, &Row::joined);
  return is_sure ? std::optional(rows.size()) : std::nullopt;
}

std::string wrap_at_blanks(std::string_view line, std::size_t columns) {
  const std::string_view colorless = line.substr(color_length(line));
  const std::size_t indent = std::min(colorless.find_first_not_of(' '), colorless.size());
  std::string out;
  for (std::size_t used = 0; !line.empty();) {
    const std::size_t blank_count = std::min(line.find_first_not_of(' '), line.size());
    std::string_view word = line.substr(0, line.find(' ', blank_count));
    line.remove_prefix(word.size());
    if (used > indent && used + column_count(word) > columns) {
      out.append("\r\n").append(indent, ' ');
      used = indent;
      word.remove_prefix(blank_count);
    }
    out += word;
    used += column_count(word);
    if (used > columns) used %= std::max<std::size_t>(columns, 1);  // a long word fills rows
  }
  return out;
}

std::string without_colors(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t color = color_length(text);
    if (color == 0) out += text[0];
    text.remove_prefix(std::max<std::size_t>(color, 1));
  }
  return out;
}

std::size_t column_count(std::string_view text) {
  Rows row(std::numeric_limits<std::size_t>::max());
  row.put_text(text);
  return row.take().back().columns;
}

}  // namespace parley::client
