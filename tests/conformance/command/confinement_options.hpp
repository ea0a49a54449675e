#pragma once

#include <string>

#include "base/cli_fwd.hpp"
#include "tests/conformance/command/options.hpp"

namespace parley::conform {

/// The options that say how a program under test is run: its port, its sandbox, its user.
/// `default_sandboxing` is what the help says of --sandbox.
void add_confinement(CLI::App& app, Options& options, const std::string& default_sandboxing);

/// The options for how much of the machine a program may take, in the app's group of the moment; sets what
/// it may without them.
void add_bounds(CLI::App& app, Options& options);

}  // namespace parley::conform
