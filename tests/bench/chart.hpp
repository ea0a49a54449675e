#pragma once

#include <string>

namespace parley::bench {

/// Has gnuplot run `commands` (the output, data) and then a script of tests/bench. Throws std::runtime_error
/// when that fails.
void draw_chart(const std::string& commands, const std::string& script);

}  // namespace parley::bench
