#pragma once

#include <string>
#include <string_view>

/// Pure function; safe from any thread.
namespace parley {

/// The text of a JSON object for a parser that refuses more of it than RFC 8259 does: half of a surrogate
/// pair among the escapes of a string becomes U+FFFD (RM1.7), and each number 0, since nobody here asks for
/// the value of one and some are too large to have any. What is no JSON stays none. Linear time.
std::string to_readable_json(std::string_view object);

}  // namespace parley
