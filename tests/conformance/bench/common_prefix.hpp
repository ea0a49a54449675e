#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace parley::conform {

/// With how many bytes both begin.
inline std::size_t common_prefix(std::string_view left, std::string_view right) {
  const std::size_t size = std::min(left.size(), right.size());
  return static_cast<std::size_t>(
      std::mismatch(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(size), right.begin()).first -
      left.begin());
}

}  // namespace parley::conform
