#pragma once

#include <pthread.h>

#include <atomic>
#include <chrono>

#include "base/thread_annotations.hpp"

namespace parley {

/// Interrupts the one thread that owns something while that thread is blocked in a system call. A signal can
/// come just before the call that it was to interrupt: whoever wants to be sure calls wake() again for as
/// long as is_woken(); the watchdog does.
class Waker {
 public:
  using Clock = std::chrono::steady_clock;

  /// Once, before the first attach(): lets the signal (SIGURG) interrupt a call and do nothing else.
  static void install();

  // Any thread.

  /// The owner's next take() is true, and a call that it is blocked in returns early.
  void wake() EXCLUDES(mutex_);
  bool is_woken() const { return woken_.load(std::memory_order_acquire); }

  // The owning thread.

  /// From here on it is this thread that is woken, and from detach() on none.
  void attach() EXCLUDES(mutex_);
  void detach() EXCLUDES(mutex_);

  /// Whether somebody has called wake() since the last take().
  bool take() { return is_woken() && woken_.exchange(false, std::memory_order_acq_rel); }

  /// Waits until wake() was called, `until` has come, or `events` (of poll) are there on the descriptor:
  /// true only for these. No wake() is lost here.
  bool wait(int descriptor, short events, Clock::time_point until) const;

 private:
  std::atomic<bool> woken_{false};
  Mutex mutex_;  // no other is taken under it; Sessions takes it under its own
  pthread_t owner_ GUARDED_BY(mutex_){};
  bool has_owner_ GUARDED_BY(mutex_) = false;
};

}  // namespace parley
