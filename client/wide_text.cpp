#include "client/wide_text.hpp"

#include <cstdint>

#include "protocol/text.hpp"

namespace parley::client {
namespace {

constexpr wchar_t replacement_character = 0xFFFD;

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  const auto put_rest = [&](int shift) { put(0x80U | ((c >> shift) & 0x3FU)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0U | (c >> 6U));
    put_rest(0);
  } else if (c < 0x10000) {
    put(0xE0U | (c >> 12U));
    put_rest(6);
    put_rest(0);
  } else {
    put(0xF0U | (c >> 18U));
    put_rest(12);
    put_rest(6);
    put_rest(0);
  }
}

}  // namespace

std::string to_utf8(std::wstring_view text) {
  std::string out;
  for (const wchar_t c : text) append_utf8(out, static_cast<std::uint32_t>(c));
  return out;
}

std::wstring to_wide(std::string_view utf8) {
  std::wstring out;
  while (!utf8.empty()) {
    const std::size_t length = utf8_sequence_length(utf8);
    if (length == 0) {
      out += replacement_character;
      utf8.remove_prefix(1);
      continue;
    }
    const auto first = static_cast<unsigned char>(utf8[0]);
    std::uint32_t c = length == 1 ? first : first & (0x7FU >> length);
    for (const char next : utf8.substr(1, length - 1))
      c = c << 6U | (static_cast<unsigned char>(next) & 0x3FU);
    out += static_cast<wchar_t>(c);
    utf8.remove_prefix(length);
  }
  return out;
}

}  // namespace parley::client
