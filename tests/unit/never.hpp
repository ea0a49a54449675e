#pragma once

#include <chrono>

namespace parley::test {

/// A deadline that is none.
inline constexpr auto never = std::chrono::steady_clock::time_point::max();

}  // namespace parley::test
