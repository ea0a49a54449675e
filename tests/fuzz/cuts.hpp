#pragma once

#include <string_view>

#include "tests/fuzz/require.hpp"

/// What run(bytes, first_cut, piece_bytes) says about the bytes in one piece, which must be the same byte by
/// byte, cut once, and cut evenly. See tests/support/pieces.hpp for the arguments.
template <typename Run>
auto require_same_however_cut(std::string_view bytes, std::size_t cut, const Run& run) {
  auto whole = run(bytes, 0, 0);
  require(run(bytes, 0, 1) == whole, "byte by byte");
  require(run(bytes, cut, 0) == whole, "cut once");
  require(run(bytes, 0, cut % 16 + 2) == whole, "cut evenly");
  return whole;
}
