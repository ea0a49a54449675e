#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "client/client.hpp"

namespace parley::client {

/// How parley ends.
enum class ExitCode {
  all_sent = 0,
  not_delivered = 1,  ///< in a pipe: a message was not delivered, a line was no message, or nobody was told
  usage = 2,
  refused = 3,  ///< the server does not want the name, or somebody there does not want the user any more
  lost = 4,     ///< the server cannot be reached, or the connection broke
};

/// The command line, read.
struct Options {
  std::string name;  ///< empty: to be asked for
  Secret password;   ///< empty: asked for at a terminal, when the server wants one
  ClientOptions connection;
  std::chrono::milliseconds linger{0};
  std::optional<std::size_t> exit_after;
  bool no_reconnect = false;
  bool classic = false;
  bool plain = false;
  bool no_color = false;
  bool no_history = false;
  bool no_bell = false;
  std::optional<std::string> log_file;
};

/// The options, or the code to exit with when the command line was answered (--help) or refused already.
std::variant<Options, ExitCode> read_options(int argc, char** argv);

}  // namespace parley::client
