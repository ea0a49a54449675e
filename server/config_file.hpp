#pragma once

#include <string>

#include "base/cli_fwd.hpp"

namespace parley {

/// Gives each key of a TOML file to the option of that name, through the option's own checks. The command
/// line must have been read: what it gives an option stays. Throws std::invalid_argument, whose text names
/// file, line and key.
void read_config_file(CLI::App& app, const std::string& path);

}  // namespace parley
