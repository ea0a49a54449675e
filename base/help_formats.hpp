#pragma once

#include <string>

#include "base/cli_fwd.hpp"

namespace parley {

// What --help says, for others than the reader of a terminal: made from the same options, so that they cannot
// differ. Options and commands that --help does not show are in none. Pure.

/// A manual page, in roff (man(7)).
std::string to_manual(const CLI::App& app);

/// A completion for bash.
std::string to_bash_completion(const CLI::App& app);

/// A completion for zsh, to be in its fpath as "_" and the program's name.
std::string to_zsh_completion(const CLI::App& app);

}  // namespace parley
