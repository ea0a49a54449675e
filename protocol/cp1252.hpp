#pragma once

#include <string>
#include <string_view>

/// Code page 1252, what older desktop programs call plain text. Its five unused bytes stand for the C1
/// controls of the same number, as in the WHATWG encoding standard, so that every byte has a character and
/// comes back. Pure functions; safe from any thread.
namespace parley {

/// The text in UTF-8; up to three times as long.
std::string cp1252_to_utf8(std::string_view text);

/// The text in CP1252; what has no place there, and each byte that is not UTF-8, becomes "?".
std::string utf8_to_cp1252(std::string_view text);

}  // namespace parley
