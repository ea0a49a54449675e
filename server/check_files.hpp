#pragma once

#include "server/options.hpp"

namespace parley {

/// Opens what a start opens: bans, certificate and key, accounts. Writes none and makes none. What a start
/// would warn of is told on stderr. Throws std::runtime_error with the text of that start. The main thread.
void check_files(const Options& options);

}  // namespace parley
