#pragma once

#include "tests/conformance/command/options.hpp"

namespace parley::conform {

/// Judges the program again whenever a file of its folder changes, on a screen of its own, until somebody
/// leaves: first what failed before and, when that passes, everything. A change in the middle of a run begins
/// it anew. Reports are written after each run of everything. To be called while there is one thread, from
/// which each run is forked. Throws BadInput when there is no terminal or the folder can not be watched.
ExitCode watch(const Options& options);

}  // namespace parley::conform
