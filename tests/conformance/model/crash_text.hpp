#pragma once

#include <string>
#include <string_view>

namespace parley::conform {

/// The first uncaught exception, or other end by its own fault, that a program has printed: its line and
/// where it came from, "ValueError: invalid literal for int() (server.py, line 12)". Knows Python, Java, C++,
/// Go and Rust. Empty when there is none.
std::string crash_in(std::string_view output);

}  // namespace parley::conform
