#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace parley::test {

/// Calls take(piece, is_last) for pieces of `piece_bytes` each (0: all in one), after a first one that ends
/// at `first_cut` when that is not 0. Empty bytes are one empty piece. Ends early when take() returns false.
template <typename Take>
void for_each_piece(std::string_view bytes, std::size_t first_cut, std::size_t piece_bytes,
                    const Take& take) {
  std::size_t size = first_cut > 0 ? first_cut : piece_bytes;
  do {
    const std::string_view piece = bytes.substr(0, size == 0 ? bytes.size() : size);
    bytes.remove_prefix(piece.size());
    if (!take(piece, bytes.empty())) return;
    size = piece_bytes;
  } while (!bytes.empty());
}

}  // namespace parley::test
