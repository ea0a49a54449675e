#include "tests/conformance/process/newcomer.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>

#include "tests/conformance/process/launch.hpp"

namespace parley::conform {
namespace {

using Nanoseconds = std::int64_t;

constexpr Nanoseconds millisecond = 1'000'000;
constexpr Nanoseconds observed_stretch = 300 * millisecond;
// In which it sleeps and then works for a moment each, again and again, as a server of a chat does.
constexpr Nanoseconds step = 1 * millisecond;
// A delivery has dozens of such steps, one after the other.
constexpr Nanoseconds most_lateness_of_step = 8 * millisecond;
constexpr Nanoseconds most_lateness_at_once = 100 * millisecond;

Nanoseconds time_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return time.tv_sec * 1'000 * millisecond + time.tv_nsec;
}

/// By how much too late a sleep and some work are over.
Nanoseconds lateness_of_one_step() {
  const Nanoseconds begin = time_of(CLOCK_MONOTONIC);
  const timespec sleep{0, step};
  ::nanosleep(&sleep, nullptr);
  const Nanoseconds worked_before = time_of(CLOCK_THREAD_CPUTIME_ID);
  while (time_of(CLOCK_THREAD_CPUTIME_ID) < worked_before + step) {
  }
  return time_of(CLOCK_MONOTONIC) - begin - 2 * step;
}

/// In the child, where only calls are made that are safe behind fork. First it lets go of all sockets, of
/// which somebody may wait for the end.
[[noreturn]] void try_to_work(int niceness) {
  ::close_range(0, ~0U, 0);
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  give_way(niceness);
  const Nanoseconds end = time_of(CLOCK_MONOTONIC) + observed_stretch;
  Nanoseconds steps = 0;
  Nanoseconds late = 0;
  Nanoseconds worst = 0;
  while (time_of(CLOCK_MONOTONIC) < end) {
    const Nanoseconds late_now = lateness_of_one_step();
    late += late_now;
    worst = std::max(worst, late_now);
    ++steps;
  }
  ::_exit(worst <= most_lateness_at_once && late <= steps * most_lateness_of_step ? 0 : 1);
}

}  // namespace

bool is_newcomer_served(int niceness) {
  const pid_t pid = ::fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid == 0) try_to_work(niceness);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace parley::conform
