#pragma once

#include <string>
#include <string_view>

#include "tests/conformance/command/options.hpp"

namespace parley::conform {

/// As one word of the shell.
std::string shell_quoted(const std::string& text);

/// The command line that tries one case alone, on the same program.
std::string repeat_command(const Options& options, std::string_view id);

}  // namespace parley::conform
