#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/thread_annotations.hpp"
#include "server/directory/receipt.hpp"

namespace parley::cluster {

/// Waits for several receipts, whatever they report. Any thread.
class Gathering final : public Answerer, public std::enable_shared_from_this<Gathering> {
 public:
  Receipt receipt() EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    ++missing_;
    return {shared_from_this(), 0};
  }

  void settle(std::uint64_t, Outcome) noexcept override EXCLUDES(mutex_) {
    {
      const MutexLock lock(mutex_);
      --missing_;
    }
    reported_.notify_all();
  }

  /// Until all have reported, or that time.
  void wait_until(std::chrono::steady_clock::time_point until) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (missing_ > 0 && reported_.wait_until(lock, until) == std::cv_status::no_timeout) {
    }
  }

 private:
  Mutex mutex_;  // taken alone
  Condition reported_;
  std::size_t missing_ GUARDED_BY(mutex_) = 0;
};

}  // namespace parley::cluster
