#pragma once

#include <string>
#include <string_view>

namespace parley::names {

/// A client's frame.
inline std::string frame(std::string_view payload, std::size_t length_digits = 2) {
  const std::string length = std::to_string(payload.size());
  return std::string(length_digits - length.size(), '0') + length + std::string(payload);
}

}  // namespace parley::names
