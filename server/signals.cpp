#include "server/signals.hpp"

#include <array>

namespace parley {
namespace {

constexpr std::array awaited{SIGINT, SIGTERM, SIGXCPU, SIGHUP};

// A write to who is gone, or beyond the limit of a file's size, fails then. (Those of real time are no
// constants.)
constexpr std::array ignored{SIGPIPE,   SIGXFSZ, SIGUSR1, SIGUSR2, SIGALRM,
                             SIGVTALRM, SIGPROF, SIGIO,   SIGPWR,  SIGSTKFLT};

}  // namespace

Signals::Signals() {
  for (const int signal : ignored) (void)::signal(signal, SIG_IGN);
  for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) (void)::signal(signal, SIG_IGN);
  ::sigemptyset(&awaited_);
  for (const int signal : awaited) ::sigaddset(&awaited_, signal);
  ::pthread_sigmask(SIG_SETMASK, &awaited_, nullptr);
}

Asked Signals::wait(std::optional<std::chrono::milliseconds> time) const {
  int signal = 0;
  if (time) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*time);
    const std::chrono::nanoseconds rest = *time - seconds;
    const timespec left{seconds.count(), rest.count()};
    signal = ::sigtimedwait(&awaited_, nullptr, &left);
  } else {
    signal = ::sigwaitinfo(&awaited_, nullptr);
  }
  if (signal < 0) return Asked::nothing;
  return signal == SIGHUP ? Asked::to_reload : Asked::to_stop;
}

}  // namespace parley
