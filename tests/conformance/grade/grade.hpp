#pragma once

#include "tests/conformance/command/options.hpp"

namespace parley::conform {

/// Builds and judges every submission in a folder, options.jobs of them at the same time, each in bounded
/// time and memory; writes each one's reports and the class's matrix to options.output_folder() as they come.
/// With options.resume those that it tells of already, and that have not changed, are left as they are. One
/// that is broken never stops the rest. Throws BadInput when the folder itself can not be used.
ExitCode grade(Options options);

}  // namespace parley::conform
