#include "server/chat/outbox.hpp"

#include <utility>

namespace parley {

bool Outbox::send(std::string frame, Receipt receipt) {
  Way way = Way::direct;
  {
    const MutexLock lock(mutex_);
    way = choose_way(frame, receipt);
  }
  switch (way) {
    case Way::refused:  // the receipt reports the failure when it goes
    case Way::waits:
      break;
    case Way::behind:
      write_waiting();
      break;
    case Way::direct:
      write(frame, receipt);
      break;
  }
  return way != Way::refused;
}

Outbox::Way Outbox::choose_way(std::string& frame, Receipt& receipt) {
  if (closed_) return Way::refused;
  if (pacer_ == nullptr && !held_ && !writing_) return Way::direct;
  if (waiting_bytes_ + frame.size() > limits_.max_mailbox_bytes) return Way::refused;
  waiting_bytes_ += frame.size();
  waiting_.push_back({std::move(frame), std::move(receipt)});
  if (held_ || std::exchange(writing_, true)) return Way::waits;
  return Way::behind;
}

bool Outbox::is_behind() const {
  if (pacer_ == nullptr) return false;
  const MutexLock lock(mutex_);
  return waiting_.size() >= pacer_->frames_within(limits_.receipt_timeout) ||
         waiting_bytes_ >= limits_.max_mailbox_bytes;
}

void Outbox::hold() {
  const MutexLock lock(mutex_);
  held_ = true;
  waited_before_hold_ = std::ssize(waiting_);
}

void Outbox::open(std::string first) {
  {
    const MutexLock lock(mutex_);
    if (closed_) return;
    held_ = false;
    waiting_bytes_ += first.size();
    waiting_.insert(waiting_.begin() + waited_before_hold_, Waiting{std::move(first), {}});
    if (std::exchange(writing_, true)) return;
  }
  write_waiting();
}

void Outbox::finish(std::string last_words) {
  std::deque<Waiting> lost;  // their receipts report the failure when they go, after the lock
  {
    const MutexLock lock(mutex_);
    if (std::exchange(finishing_, true)) return;
    closed_ = true;
    held_ = false;
    lost.swap(waiting_);
    waiting_.push_back({std::move(last_words), {}});
    if (std::exchange(writing_, true)) return;
  }
  write_waiting();
}

void Outbox::close() {
  std::deque<Waiting> lost;
  const MutexLock lock(mutex_);
  closed_ = true;
  lost.swap(waiting_);
}

void Outbox::resume() {
  write_waiting();
}

void Outbox::write_waiting() {
  bool is_last = false;
  while (auto next = take_next(is_last)) {
    write(next->frame, next->receipt);
    if (is_last) return connection_->finish({}, limits_.linger_timeout);
    if (pacer_ != nullptr) return pacer_->resume_later(weak_from_this());
  }
}

std::optional<Outbox::Waiting> Outbox::take_next(bool& is_last) {
  const MutexLock lock(mutex_);
  writing_ = !held_ && !waiting_.empty();
  if (!writing_) return std::nullopt;
  Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  waiting_bytes_ -= next.frame.size();
  is_last = finishing_ && waiting_.empty();
  return next;
}

void Outbox::write(const std::string& frame, Receipt& receipt) {
  const bool is_written = frame.empty() || connection_->write(frame);
  receipt.report(is_written ? Outcome::received : Outcome::failed);
}

}  // namespace parley
