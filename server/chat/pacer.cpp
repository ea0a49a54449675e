#include "server/chat/pacer.hpp"

#include <utility>

#include "server/chat/outbox.hpp"

namespace parley {

Pacer::Pacer(std::chrono::milliseconds pause) : pause_(pause), thread_([this] { run(); }) {}

Pacer::~Pacer() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void Pacer::resume_later(std::weak_ptr<Outbox> outbox) {
  const MutexLock lock(mutex_);
  pauses_.push({Connection::Clock::now() + pause_, std::move(outbox)});
  if (pauses_.size() == 1) changed_.notify_all();
}

void Pacer::run() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    if (pauses_.empty()) {
      changed_.wait(lock);
    } else if (pauses_.front().end > Connection::Clock::now()) {
      const auto end = pauses_.front().end;
      changed_.wait_until(lock, end);
    } else {
      const std::shared_ptr<Outbox> outbox = pauses_.front().outbox.lock();
      pauses_.pop();
      lock.unlock();
      if (outbox) outbox->resume();
      lock.lock();
    }
  }
}

}  // namespace parley
