#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

/// Words and what stands between them; what counts as a blank is each dialect's own. Characters are told by
/// predicates, since find_first_of() and its kind call memchr() for each character. Pure functions; safe from
/// any thread.
namespace parley {

inline constexpr auto is_space = [](char c) { return c == ' '; };

/// CR is one: CR LF then ends a line as LF does.
inline constexpr auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };

inline constexpr auto is_blank_or_line_end = [](char c) { return is_blank(c) || c == '\n'; };

/// An ASCII one, whatever the locale says.
inline constexpr auto is_digit = [](char c) { return c >= '0' && c <= '9'; };

/// Of the ASCII letters. <cctype> asks the locale.
inline constexpr auto to_lower = [](char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
};

/// The text in small letters.
inline std::string lowered(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(), to_lower);
  return small;
}

/// How many characters of that kind the text begins with.
constexpr std::size_t prefix_length(std::string_view text, auto kind) {
  std::size_t length = 0;
  while (length < text.size() && kind(text[length])) ++length;
  return length;
}

/// The text without the blanks that it begins with.
constexpr std::string_view trim_front(std::string_view text, auto blank) {
  text.remove_prefix(prefix_length(text, blank));
  return text;
}

/// The text without the blanks at both ends.
constexpr std::string_view trim(std::string_view text, auto blank) {
  text = trim_front(text, blank);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// The text up to its first blank, and what stands behind that one.
constexpr std::pair<std::string_view, std::string_view> split_word(std::string_view text, auto blank) {
  const std::size_t end = prefix_length(text, std::not_fn(blank));
  return {text.substr(0, end), text.substr(std::min(end + 1, text.size()))};
}

}  // namespace parley
