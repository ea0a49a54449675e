#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/pieces.hpp"

namespace parley::test {

/// What a fresh parser says about the bytes, given in pieces of `piece_bytes` each (0: all in one) after a
/// first piece that ends at `first_cut`. `describe` gives an event in words, or nullopt for "need more".
template <typename Parser, typename Describe>
std::vector<std::string> describe_events(Parser parser, std::string_view bytes, const Describe& describe,
                                         std::size_t first_cut = 0, std::size_t piece_bytes = 0) {
  std::vector<std::string> events;
  for_each_piece(bytes, first_cut, piece_bytes, [&](std::string_view piece, bool) {
    parser.feed(piece);
    while (const auto event = describe(parser.next())) events.push_back(*event);
    return true;
  });
  return events;
}

/// Checks that a parser, copied from `fresh`, says this about the bytes in one piece, byte by byte, and cut
/// once at every position (long bytes: at many).
template <typename Parser, typename Describe>
void check_however_cut(const Parser& fresh, std::string_view bytes, const std::vector<std::string>& expected,
                       const Describe& describe) {
  REQUIRE(describe_events(fresh, bytes, describe) == expected);
  CHECK_MESSAGE(describe_events(fresh, bytes, describe, 0, 1) == expected, "byte by byte");
  constexpr std::size_t near_bytes = 300;
  for (std::size_t cut = 1; cut < bytes.size(); ++cut)
    if (cut < near_bytes || bytes.size() - cut < near_bytes || cut % 4099 == 0)
      CHECK_MESSAGE(describe_events(fresh, bytes, describe, cut) == expected, "cut at ", cut);
}

}  // namespace parley::test

// doctest prints vectors of strings with this.
namespace doctest {
template <>
struct StringMaker<std::vector<std::string>> {
  static String convert(const std::vector<std::string>& lines) {
    std::string all = "[";
    for (const auto& line : lines) all += (all.size() > 1 ? ", " : "") + line.substr(0, 300);
    return (all + "]").c_str();
  }
};
}  // namespace doctest
