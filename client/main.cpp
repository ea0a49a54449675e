#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <exception>
#include <iostream>

#include "base/output.hpp"
#include "client/options.hpp"
#include "client/pipe_mode.hpp"
#include "client/terminal_charset.hpp"
#include "client/terminal_mode.hpp"

namespace {

using namespace parley::client;

ExitCode run(int argc, char** argv) {
  const auto read = read_options(argc, argv);
  if (const auto* exit_code = std::get_if<ExitCode>(&read)) return *exit_code;
  const auto& options = std::get<Options>(read);
  if (!options.plain && ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1)
    return run_terminal_mode(options);
  if (options.log_file) {
    std::cerr << "parley: --log is for a chat at a terminal; in a pipe, write standard output to a file\n";
    return ExitCode::usage;
  }
  if (!options.name.empty()) return run_pipe_mode(options);
  std::cerr << "parley: USERNAME is missing; it is asked for only at a terminal (parley --help)\n";
  return ExitCode::usage;
}

}  // namespace

int main(int argc, char** argv) {
  (void)::signal(SIGPIPE, SIG_IGN);
  (void)::signal(SIGXFSZ, SIG_IGN);  // a log that may not grow is told of, and is no end
  try {
    const bool can_print = ::fcntl(STDOUT_FILENO, F_GETFD) != -1;
    parley::open_standard_streams(O_RDWR);
    if (!can_print)
      parley::put_or_drop(STDERR_FILENO, "parley: standard output is closed; nothing will be told\n");
    set_up_locale();
    return static_cast<int>(run(argc, argv));
  } catch (const std::exception& error) {
    std::cerr << "parley: " << error.what() << '\n';
    return static_cast<int>(ExitCode::lost);
  }
}
