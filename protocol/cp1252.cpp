#include "protocol/cp1252.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "protocol/text.hpp"

namespace parley {
namespace {

constexpr unsigned char first_of_table = 0x80;
constexpr unsigned char first_of_latin1 = 0xA0;  // from here on a byte is the number of its character

// The characters of the bytes 0x80 to 0x9F.
constexpr std::array<std::string_view, first_of_latin1 - first_of_table> table = {
    "\u20ac",   "\xc2\x81", "\u201a", "\u0192", "\u201e", "\u2026",   "\u2020", "\u2021",
    "\u02c6",   "\u2030",   "\u0160", "\u2039", "\u0152", "\xc2\x8d", "\u017d", "\xc2\x8f",
    "\xc2\x90", "\u2018",   "\u2019", "\u201c", "\u201d", "\u2022",   "\u2013", "\u2014",
    "\u02dc",   "\u2122",   "\u0161", "\u203a", "\u0153", "\xc2\x9d", "\u017e", "\u0178"};

char to_cp1252(std::string_view sequence) {
  if (sequence.size() == 1) return sequence[0];
  const auto first = static_cast<unsigned char>(sequence[0]);
  const auto second = static_cast<unsigned char>(sequence[1]);
  if (sequence.size() == 2 && (first == 0xC3 || (first == 0xC2 && second >= first_of_latin1)))
    return static_cast<char>((first & 0x03U) << 6U | (second & 0x3FU));
  const auto found = std::ranges::find(table, sequence);
  return found == table.end() ? '?' : static_cast<char>(first_of_table + (found - table.begin()));
}

}  // namespace

std::string cp1252_to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < first_of_table) {
      out += c;
    } else if (byte < first_of_latin1) {
      out += table[byte - first_of_table];
    } else {
      out += static_cast<char>(0xC0U | byte >> 6U);
      out += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return out;
}

std::string utf8_to_cp1252(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    out += length == 0 ? '?' : to_cp1252(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

}  // namespace parley
