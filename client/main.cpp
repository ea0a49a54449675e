#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <exception>
#include <iostream>

#include "client/options.hpp"
#include "client/pipe_mode.hpp"
#include "client/terminal_mode.hpp"

namespace {

using namespace parley::client;

/// A socket must not become standard input or output because the caller had closed them.
void open_standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (::fcntl(fd, F_GETFD) < 0) (void)::open("/dev/null", O_RDWR);
}

ExitCode run(int argc, char** argv) {
  const auto read = read_options(argc, argv);
  if (const auto* exit_code = std::get_if<ExitCode>(&read)) return *exit_code;
  const auto& options = std::get<Options>(read);
  if (!options.plain && ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1)
    return run_terminal_mode(options);
  if (!options.name.empty()) return run_pipe_mode(options);
  std::cerr << "parley: USERNAME is missing; it is asked for only at a terminal (parley --help)\n";
  return ExitCode::usage;
}

}  // namespace

int main(int argc, char** argv) {
  open_standard_streams();
  (void)::signal(SIGPIPE, SIG_IGN);
  try {
    return static_cast<int>(run(argc, argv));
  } catch (const std::exception& error) {
    std::cerr << "parley: " << error.what() << '\n';
    return static_cast<int>(ExitCode::lost);
  }
}
