#pragma once

#include "tests/conformance/command/options.hpp"

namespace parley::conform {

/// Tries every client of a folder of submissions at every server of it, several pairs at a time, each in
/// bounded time; writes who understands whom to interop.html and interop.csv in options.output_folder(), also
/// while it goes on. Ends early when options.settings.interruption has come. Throws BadInput when the folder
/// cannot be used, and NotWritten at the end when a report could not be written.
ExitCode interop(Options options);

}  // namespace parley::conform
