#pragma once

#include "client/options.hpp"

namespace parley::client {

/// parley between other programs: lines in, lines out (pipe_output.hpp), no questions. `options.name` must
/// not be empty. Returns when the input has ended and all is answered, or as the options say.
ExitCode run_pipe_mode(const Options& options);

}  // namespace parley::client
