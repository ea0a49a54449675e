#include "client/terminal_mode.hpp"

#include <cstdlib>

#include "client/terminal_chat.hpp"
#include "client/terminal_type.hpp"

namespace parley::client {

ExitCode run_terminal_mode(const Options& options) {
  Options at_terminal = options;
  at_terminal.connection.judge_end = true;
  return TerminalChat(at_terminal, read_terminal_type(std::getenv("TERM"))).run();
}

}  // namespace parley::client
