#include "server/accounts/comparison_queue.hpp"

#include <algorithm>
#include <utility>

namespace parley::accounts {

ComparisonQueue::Place::Place(ComparisonQueue& queue, std::function<void()> wake)
    : queue_(queue), turn_(std::make_shared<Turn>()) {
  turn_->wake = std::move(wake);
  queue_.enter(turn_);
}

ComparisonQueue::Place::~Place() {
  queue_.leave(turn_);
}

void ComparisonQueue::enter(const Turn& turn) {
  const MutexLock lock(mutex_);
  if (running_ == most_at_once) {
    waiting_.push_back(turn);
    return;
  }
  ++running_;
  turn->is_due.store(true, std::memory_order_release);
}

void ComparisonQueue::leave(const Turn& turn) noexcept {
  Turn next;
  {
    const MutexLock lock(mutex_);
    if (!turn->is_due.load(std::memory_order_acquire)) {
      waiting_.erase(std::ranges::find(waiting_, turn));
      return;
    }
    if (waiting_.empty()) {
      --running_;
      return;
    }
    next = std::move(waiting_.front());
    waiting_.pop_front();
    next->is_due.store(true, std::memory_order_release);
  }
  next->wake();
}

}  // namespace parley::accounts
