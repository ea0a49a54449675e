#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/events.hpp"
#include "protocol/text.hpp"
#include "tests/support/pieces.hpp"

namespace parley::test {

/// The words for the events that several dialects have: a base for each dialect's.
struct SharedWords {
  std::string operator()(const NeedMore&) const { return {}; }
  std::string operator()(const Refusal& m) const { return "refused: " + std::string(m.sentence); }
  std::string operator()(const Violation& m) const { return "the end: " + std::string(m.sentence); }

  static std::string quoted(std::string_view text) { return " <" + visible(text) + '>'; }
};

/// An event in words, nullopt for NeedMore.
template <typename Words>
constexpr auto describe_with = [](const auto& event) -> std::optional<std::string> {
  if (std::holds_alternative<NeedMore>(event)) return std::nullopt;
  return std::visit(Words{}, event);
};

/// What a fresh parser says about the bytes, given in pieces of `piece_bytes` each (0: all in one) after a
/// first piece that ends at `first_cut`. `describe`: a describe_with.
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

/// Calls check(cut) for every position to cut such bytes at (long bytes: for many).
template <typename Check>
void for_each_cut(std::string_view bytes, const Check& check) {
  const std::size_t near_bytes = bytes.size() < 1024 ? 300 : bytes.size() < 16 * 1024 ? 60 : 20;
  for (std::size_t cut = 1; cut < bytes.size(); ++cut)
    if (cut < near_bytes || bytes.size() - cut < near_bytes || cut % 4099 == 0) check(cut);
}

/// Checks that a parser, copied from `fresh`, says this about the bytes in one piece, byte by byte, and cut
/// once at every position (long bytes: at many).
template <typename Parser, typename Describe>
void check_however_cut(const Parser& fresh, std::string_view bytes, const std::vector<std::string>& expected,
                       const Describe& describe) {
  REQUIRE(describe_events(fresh, bytes, describe) == expected);
  CHECK_MESSAGE(describe_events(fresh, bytes, describe, 0, 1) == expected, "byte by byte");
  for_each_cut(bytes, [&](std::size_t cut) {
    CHECK_MESSAGE(describe_events(fresh, bytes, describe, cut) == expected, "cut at ", cut);
  });
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
