#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <queue>
#include <thread>
#include <vector>

#include "base/thread_annotations.hpp"
#include "server/net/connection.hpp"

namespace parley {

class Outbox;

/// Wakes outboxes that pause between two frames: one thread for all of them. Must outlive its outboxes.
class Pacer {
 public:
  explicit Pacer(std::chrono::milliseconds pause);
  ~Pacer();
  Pacer(const Pacer&) = delete;
  Pacer& operator=(const Pacer&) = delete;

  /// How many frames leave one outbox in that time.
  std::size_t frames_within(std::chrono::milliseconds time) const {
    return static_cast<std::size_t>(time / pause_);
  }

  /// Calls resume() of the outbox after the pause, if it still exists. Any thread; never blocks.
  void resume_later(std::weak_ptr<Outbox> outbox) EXCLUDES(mutex_);

 private:
  struct Pause {
    Connection::Clock::time_point end;
    std::weak_ptr<Outbox> outbox;
  };

  void run();

  const std::chrono::milliseconds pause_;

  Mutex mutex_;  // taken alone: outboxes are called after it is let go
  Condition changed_;
  std::queue<Pause> pauses_ GUARDED_BY(mutex_);  // all are equally long, so the first to begin ends first
  bool stopping_ GUARDED_BY(mutex_) = false;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace parley
