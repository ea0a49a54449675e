#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace parley::bench {

/// Appends a line of a table.
inline void append_line(std::string& text, const std::vector<std::string>& cells) {
  text += '|';
  for (const std::string& cell : cells) text += ' ' + cell + " |";
  text += '\n';
}

/// Appends a table's head; all columns but the first `words` have numbers.
inline void append_head(std::string& text, const std::vector<std::string>& heads, std::size_t words) {
  append_line(text, heads);
  text += '|';
  for (std::size_t i = 0; i < heads.size(); ++i) text += i < words ? "---|" : "---:|";
  text += '\n';
}

}  // namespace parley::bench
