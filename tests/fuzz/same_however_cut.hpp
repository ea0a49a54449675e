#pragma once

#include <cstddef>
#include <string_view>
#include <variant>

#include "protocol/events.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/support/pieces.hpp"

/// Gives the parser the bytes in pieces (see tests/support/pieces.hpp) and calls take(event) for each event,
/// until it returns false. Events come to an end, and no more than `most_kept_bytes` are kept for the next
/// piece.
template <typename Parser, typename Take>
void take_events(Parser& parser, std::string_view bytes, std::size_t first_cut, std::size_t piece_bytes,
                 std::size_t most_kept_bytes, const Take& take) {
  std::size_t events = 0;
  parley::test::for_each_piece(bytes, first_cut, piece_bytes, [&](std::string_view piece, bool is_last) {
    parser.feed(piece);
    if constexpr (requires { parser.end_input(); })
      if (is_last) parser.end_input();
    for (auto event = parser.next(); !std::holds_alternative<parley::NeedMore>(event);
         event = parser.next()) {
      require(++events <= 1'000'000, "an end of events");
      if (!take(event)) return false;
    }
    require(parser.pending().size() <= most_kept_bytes, "no more kept than promised");
    return true;
  });
}

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
