#include "base/numbers.hpp"

#include <charconv>
#include <cmath>

namespace parley {

using std::chrono::milliseconds;

namespace {

/// All of the text as a number; what from_chars takes, and it takes no blank, no plus and no other base.
template <typename Number>
std::optional<Number> to_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::uint64_t> to_whole_number(std::string_view text) {
  return to_number<std::uint64_t>(text);
}

std::optional<milliseconds> to_milliseconds(std::string_view text) {
  constexpr double most = 1e9;  // far from where a clock overflows
  constexpr double least = 0.001;
  const auto seconds = to_number<double>(text);
  // Written so that "nan" fails too. A sign is a slip, also before a zero.
  if (!seconds || std::signbit(*seconds) || !(*seconds <= most)) return std::nullopt;
  if (*seconds > 0 && *seconds < least) return std::nullopt;
  return milliseconds{std::llround(*seconds * 1000)};
}

}  // namespace parley
