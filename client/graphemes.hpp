#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Characters as their users see them: grapheme clusters, such as a letter with its accents, a flag, or an
/// emoji of several joined ones. Pure functions on UTF-8; safe from any thread.
namespace parley::client {

/// The bytes of the text's first cluster. A byte that is not UTF-8 is a cluster. `text` must not be empty.
std::size_t cluster_length(std::string_view text);

/// Where the cluster begins that ends at `at`, which is a cluster's end; 0 at the beginning.
std::size_t cluster_before(std::string_view text, std::size_t at);

/// The columns that terminals give a cluster: those of its code points together. What the locale's LC_CTYPE
/// has no character for is as wide as its escape, \u{NNNN}.
std::size_t cluster_columns(std::string_view cluster);

/// From one tab stop of a terminal to the next.
inline constexpr std::size_t tab_columns = 8;

/// A code point as UTF-8; empty for a surrogate.
std::string to_utf8(char32_t code_point);

/// U+FFFD for a byte that is not UTF-8. `text` must not be empty.
char32_t first_code_point(std::string_view text);

}  // namespace parley::client
