#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include "base/bucket.hpp"
#include "base/thread_annotations.hpp"

namespace parley {

/// How many lines in the log somebody may cause. Any thread.
class LogLimit {
 public:
  using Clock = Bucket::Clock;

  explicit LogLimit(Rate rate) : lines_(rate) {}

  /// One line at `now`: how many were left out since the last one that was written, which is to be told in
  /// another line; nullopt when this one is to be left out, too. It counts as `lines` then.
  std::optional<std::size_t> take(Clock::time_point now, std::size_t lines = 1) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    if (lines_.take(left_out_ > 0 ? 2 : 1, now)) return std::exchange(left_out_, 0);
    left_out_ += lines;
    return std::nullopt;
  }

  /// How many were left out since the last line; asked at the end, when none follows.
  std::size_t take_left_out() EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return std::exchange(left_out_, 0);
  }

 private:
  Mutex mutex_;  // no other is taken under it; a connection that closes takes it under its write lock
  Bucket lines_ GUARDED_BY(mutex_);
  std::size_t left_out_ GUARDED_BY(mutex_) = 0;
};

}  // namespace parley
