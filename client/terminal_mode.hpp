#pragma once

#include "client/options.hpp"

namespace parley::client {

/// parley at a terminal: line editing, incoming messages above the line being typed. Asks for the name when
/// `options.name` is empty or refused. Returns when the user leaves or the connection is lost.
ExitCode run_terminal_mode(const Options& options);

}  // namespace parley::client
