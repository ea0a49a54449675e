#include "tests/conformance/client_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include "tests/conformance/process_family.hpp"

namespace parley::conform {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds time_to_terminate{1'000};

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// This program's environment, but for what must not depend on who runs the suite, and why.
std::vector<std::string> make_environment(const std::string& mark) {
  std::vector<std::string> variables = {mark, "TERM=xterm", "LC_ALL=C.UTF-8"};
  constexpr std::string_view left_out[] = {"TERM=", "LC_ALL=", "NO_COLOR=", "COLUMNS=", "LINES=", "INPUTRC="};
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    if (std::ranges::none_of(left_out, [&](std::string_view name) { return text.starts_with(name); }))
      variables.emplace_back(text);
  }
  return variables;
}

std::vector<char*> to_pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (auto& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(char* const* arguments, char* const* environment, int terminal, pid_t parent) {
  const bool ready = ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == parent && ::setsid() > 0 &&
                     ::ioctl(terminal, TIOCSCTTY, 0) == 0 && ::dup2(terminal, STDIN_FILENO) >= 0 &&
                     ::dup2(terminal, STDOUT_FILENO) >= 0 && ::dup2(terminal, STDERR_FILENO) >= 0;
  if (ready) {
    ::close_range(3, ~0U, 0);
    std::signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execve("/bin/bash", arguments, environment);
  }
  ::_exit(127);
}

}  // namespace

ClientProcess::ClientProcess(const std::string& command)
    : mark_(make_family_mark()), master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)) {
  std::array<char, 64> name{};
  if (!master_ || ::grantpt(master_.get()) != 0 || ::unlockpt(master_.get()) != 0 ||
      ::ptsname_r(master_.get(), name.data(), name.size()) != 0)
    fail("opening a pseudo-terminal");
  slave_ = FileDescriptor(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  const winsize size{rows, columns, 0, 0};
  termios modes{};
  if (!slave_ || ::ioctl(slave_.get(), TIOCSWINSZ, &size) != 0 || ::tcgetattr(slave_.get(), &modes) != 0)
    fail("opening a pseudo-terminal");
  modes.c_iflag |= IUTF8;
  if (::tcsetattr(slave_.get(), TCSANOW, &modes) != 0) fail("opening a pseudo-terminal");

  // What it leaves behind when it dies becomes ours, and can be ended.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::vector<std::string> words = {"bash", "-c", command};
  std::vector<std::string> variables = make_environment(mark_);
  const auto arguments = to_pointers(words);
  const auto environment = to_pointers(variables);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) become(arguments.data(), environment.data(), slave_.get(), parent);
}

ClientProcess::~ClientProcess() {
  end();
}

std::optional<std::string> ClientProcess::ended() {
  if (!ended_) ended_ = end_of(pid_);
  return ended_;
}

milliseconds ClientProcess::processor_time() const {
  return processor_time_of(mark_, pid_);
}

bool ClientProcess::is_at_rest() const {
  return is_family_at_rest(pid_);
}

void ClientProcess::end() {
  if (pid_ < 0) return;
  const FileDescriptor descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  pollfd wait{descriptor.get(), POLLIN, 0};
  ::kill(-pid_, SIGTERM);
  (void)::poll(&wait, 1, static_cast<int>(time_to_terminate.count()));
  ::kill(-pid_, SIGKILL);
  (void)::poll(&wait, 1, static_cast<int>(time_to_terminate.count()));
  (void)ended();
  kill_family(mark_, pid_);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

}  // namespace parley::conform
