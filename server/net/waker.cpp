#include "server/net/waker.hpp"

#include <poll.h>
#include <signal.h>

#include <algorithm>

namespace parley {
namespace {

// Nothing of ours has another use for it, and by default it is ignored: no harm when it comes from elsewhere.
constexpr int wake_signal = SIGURG;

timespec time_left(Waker::Clock::time_point until) {
  using std::chrono::nanoseconds;
  constexpr std::chrono::hours longest{1};  // whoever waits for longer looks again
  const auto left = std::clamp<Waker::Clock::duration>(until - Waker::Clock::now(), nanoseconds{0}, longest);
  const auto count = std::chrono::duration_cast<nanoseconds>(left).count();
  return {static_cast<time_t>(count / 1'000'000'000), static_cast<long>(count % 1'000'000'000)};
}

}  // namespace

void Waker::install() {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  ::sigemptyset(&action.sa_mask);  // and no SA_RESTART: the call is to return
  ::sigaction(wake_signal, &action, nullptr);
}

void Waker::wake() {
  woken_.store(true, std::memory_order_release);
  const MutexLock lock(mutex_);
  if (has_owner_ && ::pthread_equal(owner_, ::pthread_self()) == 0) ::pthread_kill(owner_, wake_signal);
}

void Waker::attach() {
  const MutexLock lock(mutex_);
  owner_ = ::pthread_self();
  has_owner_ = true;
}

void Waker::detach() {
  const MutexLock lock(mutex_);
  has_owner_ = false;
}

bool Waker::wait(int descriptor, short events, Clock::time_point until) const {
  sigset_t signals;
  sigset_t before;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, wake_signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, &before);
  pollfd watched{descriptor, events, 0};
  int ready = 0;
  if (!is_woken()) {
    const timespec left = time_left(until);
    ready = ::ppoll(&watched, 1, &left, &before);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return ready > 0;
}

}  // namespace parley
