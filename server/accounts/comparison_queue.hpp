#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>

#include "base/thread_annotations.hpp"

namespace parley::accounts {

/// Who may compare a password now, and in which order the others may: each comparison takes 64 MiB and a
/// processor. Any thread.
class ComparisonQueue {
 public:
  /// At once: chat goes on beside them on a machine of four processors, and slower on one of two.
  static constexpr std::size_t most_at_once = 2;

  /// A place in the queue, given up when it is destroyed. Belongs to one thread.
  class Place {
   public:
    /// `wake` is called, from any thread and with no lock held, once is_due(), unless it is so at once.
    /// Throws std::bad_alloc.
    Place(ComparisonQueue& queue, std::function<void()> wake);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    bool is_due() const { return turn_->is_due.load(std::memory_order_acquire); }

   private:
    friend ComparisonQueue;
    struct Turn {
      std::function<void()> wake;
      std::atomic<bool> is_due{false};
    };

    ComparisonQueue& queue_;
    const std::shared_ptr<Turn> turn_;
  };

 private:
  using Turn = std::shared_ptr<Place::Turn>;

  void enter(const Turn& turn) EXCLUDES(mutex_);
  void leave(const Turn& turn) noexcept EXCLUDES(mutex_);

  Mutex mutex_;  // taken alone
  std::size_t running_ GUARDED_BY(mutex_) = 0;
  std::list<Turn> waiting_ GUARDED_BY(mutex_);
};

}  // namespace parley::accounts
