#include "tests/conformance/process/client_process.hpp"

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

#include "tests/conformance/process/launch.hpp"
#include "tests/conformance/process/process_family.hpp"
#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds time_to_terminate{1'000};

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// What must not depend on who runs the suite.
std::vector<std::string> fixed_variables(const std::string& mark) {
  return {mark, "TERM=xterm", "LC_ALL=C.UTF-8", "NO_COLOR", "COLUMNS", "LINES", "INPUTRC"};
}

/// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(const Launch& launch, int terminal, int status) {
  if (::setsid() > 0 && ::ioctl(terminal, TIOCSCTTY, 0) == 0 && ::dup2(terminal, STDIN_FILENO) >= 0 &&
      ::dup2(terminal, STDOUT_FILENO) >= 0 && ::dup2(terminal, STDERR_FILENO) >= 0)
    launch.become(status);
  ::_exit(127);
}

}  // namespace

ClientProcess::ClientProcess(const std::string& command, const Confinement& confinement)
    : is_sandboxed_(confinement.is_sandboxed), mark_(make_family_mark()) {
  patiently([this] { open_terminal(); });
  // What it leaves behind when it dies becomes ours, and can be ended.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const Launch launch(command, confinement, fixed_variables(mark_));
  pid_ = patiently([] {
    const pid_t pid = ::fork();
    if (pid < 0) fail("fork");
    return pid;
  });
  if (pid_ == 0) become(launch, slave_.get(), status_.end_of_child());
  status_.close_end_of_child();
  if (confinement.watch == nullptr) return;
  try {
    watched_ = std::make_unique<MemoryWatch::Place>(*confinement.watch, pid_);
  } catch (...) {
    end();
    throw;
  }
}

void ClientProcess::open_terminal() {
  master_ = FileDescriptor(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
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
}

ClientProcess::~ClientProcess() {
  end();
}

std::optional<std::string> ClientProcess::ended() {
  if (ended_) return ended_;
  ended_ = end_of(pid_, is_sandboxed_);
  const std::string excess = ended_ && watched_ ? watched_->why_ended() : "";
  was_excessive_ = !excess.empty();
  if (was_excessive_) ended_ = excess;
  return ended_;
}

void ClientProcess::throw_if_kept_by_shortage(const std::string& printed) const {
  if (!was_excessive_) status_.throw_if_kept_by_shortage(printed, is_sandboxed_);
}

milliseconds ClientProcess::processor_time() const {
  return processor_time_of(mark_, pid_);
}

Delays ClientProcess::delays() const {
  return delays_of_family(pid_);
}

bool ClientProcess::is_at_rest() const {
  return is_family_at_rest(pid_);
}

IsAtRest ClientProcess::rest() const {
  return {[this] { return is_at_rest(); }, [this] { return processor_time_of_family(pid_); }};
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
  watched_.reset();
  kill_family(mark_, pid_);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

}  // namespace parley::conform
