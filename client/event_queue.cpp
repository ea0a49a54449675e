#include "client/event_queue.hpp"

#include <utility>

namespace parley::client {
namespace {

std::size_t byte_count(const Arrival& event) {
  const auto* message = std::get_if<Message>(&event);
  return message == nullptr ? 0 : message->sender.size() + message->text.size();
}

}  // namespace

bool EventQueue::push(Arrival event) {
  {
    MutexLock lock(mutex_);
    while (!closed_ && (events_.size() >= max_events || bytes_ >= max_bytes)) room_.wait(lock);
    if (closed_) return false;
    bytes_ += byte_count(event);
    events_.push_back(std::move(event));
  }
  readable_.set();
  return true;
}

std::deque<Arrival> EventQueue::take_all() {
  readable_.clear();
  std::deque<Arrival> taken;
  {
    MutexLock lock(mutex_);
    taken.swap(events_);
    bytes_ = 0;
  }
  room_.notify_all();
  return taken;
}

void EventQueue::close() {
  {
    MutexLock lock(mutex_);
    closed_ = true;
  }
  room_.notify_all();
}

}  // namespace parley::client
