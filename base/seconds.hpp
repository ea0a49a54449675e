#pragma once

#include <chrono>
#include <string>

namespace parley {

/// A time in seconds as people write it, without a unit: "10", "0.25". Pure; safe from any thread.
std::string to_seconds_text(std::chrono::milliseconds time);

}  // namespace parley
