#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace parley {

/// What stands between the separators; empty where nothing does. Pure.
inline std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> items;
  for (;;) {
    const auto end = text.find(separator);
    items.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return items;
    text.remove_prefix(end + 1);
  }
}

}  // namespace parley
