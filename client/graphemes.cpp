#include "client/graphemes.hpp"

#include <utf8proc.h>

#include <climits>
#include <cwchar>

namespace parley::client {
namespace {

constexpr utf8proc_int32_t no_character = -1;

/// The first code point, which is taken off the text; no_character for a byte that is not UTF-8.
utf8proc_int32_t take_code_point(std::string_view& text) {
  utf8proc_int32_t code_point = no_character;
  const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto length = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &code_point);
  text.remove_prefix(length > 0 ? static_cast<std::size_t>(length) : 1);
  return length > 0 ? code_point : no_character;
}

std::size_t columns_of(utf8proc_int32_t code_point) {
  if (code_point == no_character) return 1;
  const auto character = static_cast<wchar_t>(code_point);
  const int width = ::wcwidth(character);
  if (width >= 0) return static_cast<std::size_t>(width);
  char bytes[MB_LEN_MAX];
  std::mbstate_t state{};
  if (std::wcrtomb(bytes, character, &state) != static_cast<std::size_t>(-1)) return 1;
  return code_point > 0xffff ? 9 : 8;
}

}  // namespace

std::size_t cluster_length(std::string_view text) {
  std::string_view rest = text;
  utf8proc_int32_t before = take_code_point(rest);
  utf8proc_int32_t state = 0;
  while (before != no_character && !rest.empty()) {
    std::string_view behind = rest;
    const utf8proc_int32_t next = take_code_point(behind);
    if (next == no_character || utf8proc_grapheme_break_stateful(before, next, &state)) break;
    before = next;
    rest = behind;
  }
  return text.size() - rest.size();
}

std::size_t cluster_before(std::string_view text, std::size_t at) {
  // A cluster can only be told from the line's beginning on: flags are pairs.
  std::size_t begin = text.substr(0, at).rfind('\n');
  if (begin == std::string_view::npos) begin = 0;
  for (std::size_t end = begin; end < at; end += cluster_length(text.substr(end))) begin = end;
  return begin;
}

std::size_t cluster_columns(std::string_view cluster) {
  std::size_t columns = 0;
  while (!cluster.empty()) columns += columns_of(take_code_point(cluster));
  return columns;
}

std::string to_utf8(char32_t code_point) {
  if (code_point >= 0xd800 && code_point < 0xe000) return {};
  utf8proc_uint8_t bytes[4];
  const auto length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), bytes);
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length)};
}

char32_t first_code_point(std::string_view text) {
  const utf8proc_int32_t code_point = take_code_point(text);
  return code_point == no_character ? U'\xFFFD' : static_cast<char32_t>(code_point);
}

}  // namespace parley::client
