#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/secret.hpp"

namespace parley {

/// Asks at the terminal that the descriptor is, which shows nothing of what is typed; the prompt goes to
/// standard error. Nothing when the user does not want to say (Ctrl-C, Ctrl-D) or the terminal is gone; a
/// signal such as SIGTERM ends the program once the terminal is as it was. No more than `most_bytes` and one
/// are kept of what is typed. For one thread, while all others block such signals.
std::optional<Secret> ask_secret(int terminal, std::string_view prompt, std::size_t most_bytes);

/// The next line from a file or pipe, without its end; of a longer one `most_bytes` and one. Nothing when
/// there is none. Reads nothing behind the line. For one thread.
std::optional<Secret> read_secret_line(int descriptor, std::size_t most_bytes);

}  // namespace parley
