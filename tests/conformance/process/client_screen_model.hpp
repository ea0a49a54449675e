#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace parley::conform {

/// What a terminal of a fixed width shows, as far as a line editor needs one: printable text of one column a
/// character, wrapping, and the sequences of TERM=xterm that move, erase, insert and delete. Rows are never
/// lost at the top. Belongs to one thread.
class ScreenModel {
 public:
  explicit ScreenModel(std::size_t columns) : columns_(columns), rows_(1) {}

  void feed(std::string_view bytes);

  /// The rows without blanks at their ends, each with its LF; empty ones at the end left out.
  std::string text() const;

  /// Of the cursor, from 0.
  std::size_t row_index() const { return row_; }
  std::size_t column() const { return column_; }

 private:
  void put(std::string_view character);
  void control(char byte);
  void sequence(std::string_view parameters, char final);
  void go_to_row(std::size_t row);
  std::vector<std::string>& row() { return rows_[row_]; }

  const std::size_t columns_;
  std::vector<std::vector<std::string>> rows_;  // cells, each a character
  std::size_t row_ = 0;
  std::size_t column_ = 0;
  std::string pending_;  // an unfinished sequence or character
};

}  // namespace parley::conform
