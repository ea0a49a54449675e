#pragma once

#include <chrono>
#include <deque>
#include <utility>

#include "base/thread_annotations.hpp"
#include "server/cluster/nats_handle.hpp"

namespace parley::cluster {

/// Messages that wait to be read, by one thread, in the order in which they came. (A subscription of the
/// library's that is read without a thread of its own swallows the broker's word that nobody has a subject.)
class IncomingQueue {
 public:
  explicit IncomingQueue(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  enum class Put { done, first_loss, further_loss };

  /// Lost is what there is no room for; the first since there was some. Never waits. One thread at a time.
  Put put(NatsMessage message) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    const std::size_t bytes = cost_bytes(message.get());
    if (bytes > max_bytes_ - bytes_) {
      ++lost_;
      return std::exchange(is_losing_, true) ? Put::further_loss : Put::first_loss;
    }
    is_losing_ = false;
    bytes_ += bytes;
    messages_.push_back(std::move(message));
    changed_.notify_all();
    return Put::done;
  }

  /// Null: none came in that time, or the wait was interrupted.
  NatsMessage take(std::chrono::milliseconds timeout) EXCLUDES(mutex_) {
    const auto until = std::chrono::steady_clock::now() + timeout;
    MutexLock lock(mutex_);
    while (messages_.empty() && !is_interrupted_)
      if (changed_.wait_until(mutex_, until) == std::cv_status::timeout) break;
    is_interrupted_ = false;
    if (messages_.empty()) return nullptr;
    NatsMessage message = std::move(messages_.front());
    messages_.pop_front();
    bytes_ -= cost_bytes(message.get());
    return message;
  }

  /// Ends the wait of take(), or the next one.
  void interrupt() EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    is_interrupted_ = true;
    changed_.notify_all();
  }

  std::size_t lost() const EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return lost_;
  }

 private:
  /// An empty message is not free either.
  static std::size_t cost_bytes(natsMsg* message) {
    return 256 + static_cast<std::size_t>(natsMsg_GetDataLength(message));
  }

  const std::size_t max_bytes_;
  mutable Mutex mutex_;
  Condition changed_;
  std::deque<NatsMessage> messages_ GUARDED_BY(mutex_);
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
  std::size_t lost_ GUARDED_BY(mutex_) = 0;
  bool is_losing_ GUARDED_BY(mutex_) = false;
  bool is_interrupted_ GUARDED_BY(mutex_) = false;
};

}  // namespace parley::cluster
