#include "tests/conformance/process/interruption.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "tests/conformance/process/process_family.hpp"

namespace parley::conform {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Some who end a program tell it twice: timeout(1), or a terminal and its shell.
constexpr milliseconds same_wish{300};
// What still runs by then does not end by itself: somebody's output stands still.
constexpr milliseconds time_to_end{20'000};
constexpr milliseconds kill_interval{20};

bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t ending_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP})
    if (!is_ignored(signal)) ::sigaddset(&signals, signal);
  return signals;
}

}  // namespace

void hold_signals() {
  const sigset_t signals = ending_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

Interruption::Interruption() : taken_(ending_signals()) {
  signals_ = FileDescriptor(::signalfd(-1, &taken_, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_) throw std::system_error(errno, std::generic_category(), "signalfd");
  ::pthread_sigmask(SIG_BLOCK, &taken_, nullptr);
  watcher_ = std::thread([this] { watch(); });
}

Interruption::~Interruption() {
  done_.set();
  watcher_.join();
  ::pthread_sigmask(SIG_UNBLOCK, &taken_, nullptr);
}

std::string Interruption::reason() const {
  return std::string("the run was ended by SIG") + ::sigabbrev_np(signal_);
}

void Interruption::watch() {
  while (!done_.wait(signals_.get(), has_come() ? kill_interval : milliseconds{-1})) {
    const auto now = Clock::now();
    take_signal(now);
    if (!has_come()) continue;
    kill_descendants();
    if (now > came_ + time_to_end) ::_exit(exit_code());
  }
}

void Interruption::take_signal(Clock::time_point now) {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    const int signal = static_cast<int>(info.ssi_signo);
    if (!has_come()) {
      came_ = now;
      signal_ = signal;
    } else if (signal != SIGHUP && now > came_ + same_wish) {
      kill_descendants();
      ::_exit(exit_code());
    }
  }
}

}  // namespace parley::conform
