#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Where text stands in a terminal of so many columns. Pure functions on UTF-8 that need the locale's
/// LC_CTYPE; sequences that set colours take no room.
namespace parley::client {

/// Counted from 0, from the row in which the prompt begins.
struct Position {
  std::size_t row = 0;
  std::size_t column = 0;
  bool operator==(const Position&) const = default;
};

struct Row {
  std::string text;
  std::size_t columns = 0;
  bool wrapped = false;  ///< begins because the one before it is full
  bool joined = false;   ///< holds a cluster of several code points, on whose width terminals may not agree
};

/// A prompt and a line behind it, cut into rows. The last row has room for at least one more column.
struct Layout {
  std::vector<Row> rows;
  Position cursor;
  std::size_t cursor_bytes = 0;  ///< of its row's text, in front of it
};

/// `cursor`: the byte of the line that the cursor stands in front of. A LF begins a row with `gutter`, a tab
/// is as many blanks as it shows as, and no cluster is cut by a row's end.
Layout lay_out(std::string_view prompt, std::string_view line, std::size_t cursor, std::size_t columns,
               std::string_view gutter);

/// The rows that the terminal gives to a printed line.
std::size_t row_count(std::string_view line, std::size_t columns);

/// The same, unless terminals may not agree on it.
std::optional<std::size_t> sure_row_count(std::string_view line, std::size_t columns);

/// The line with CR LF, and the blanks that it begins with, in place of the blanks at which its rows end.
std::string wrap_at_blanks(std::string_view line, std::size_t columns);

std::string without_colors(std::string_view text);

/// The columns of a text that stands in one row.
std::size_t column_count(std::string_view text);

}  // namespace parley::client
