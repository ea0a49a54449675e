#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/thread_annotations.hpp"

namespace parley {

/// How many lines in the log somebody may cause: `burst` at once, and `per_second` on and on. Any thread.
class LogLimit {
 public:
  using Clock = std::chrono::steady_clock;

  LogLimit(double per_second, double burst) : per_second_(per_second), burst_(burst), lines_(burst) {}

  /// One line at `now`: how many were left out since the last one that was written; nullopt when this one is
  /// to be left out, too.
  std::optional<std::size_t> take(Clock::time_point now) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    const std::chrono::duration<double> passed = std::max(now - looked_at_, Clock::duration::zero());
    lines_ = std::min(burst_, lines_ + passed.count() * per_second_);
    looked_at_ = now;
    if (lines_ < 1) {
      ++left_out_;
      return std::nullopt;
    }
    lines_ -= 1;
    return std::exchange(left_out_, 0);
  }

  /// How many were left out since the last line; asked at the end, when none follows.
  std::size_t take_left_out() EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return std::exchange(left_out_, 0);
  }

 private:
  const double per_second_;
  const double burst_;

  Mutex mutex_;  // no other is taken under it; a connection that closes takes it under its write lock
  double lines_ GUARDED_BY(mutex_);
  Clock::time_point looked_at_ GUARDED_BY(mutex_){};
  std::size_t left_out_ GUARDED_BY(mutex_) = 0;
};

}  // namespace parley
