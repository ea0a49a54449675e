#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace parley {

/// A whole number in decimal digits and nothing else: no sign, no blank, no base but ten. Pure.
std::optional<std::uint64_t> to_whole_number(std::string_view text);

/// Seconds, fractions down to a thousandth allowed. Nothing when the text is no number, or is endless. Pure.
std::optional<std::chrono::milliseconds> to_milliseconds(std::string_view text);

}  // namespace parley
