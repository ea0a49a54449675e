#pragma once

#include "tests/conformance/options.hpp"

namespace parley::conform {

/// Tries every client of a folder of submissions at every server of it, several pairs at a time, each in
/// bounded time; writes who understands whom to interop.html and interop.csv in options.output_folder(), also
/// while it goes on. A signal that asks for its end (SIGINT, SIGTERM, SIGHUP) ends all that was started; a
/// second one ends it at once. To be called while there is one thread. Throws BadInput when the folder can
/// not be used.
ExitCode interop(Options options);

}  // namespace parley::conform
