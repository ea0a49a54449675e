#include "server/chat/outbox.hpp"

#include <utility>

namespace parley {
namespace {

class ReceiptDeparture : public Departure {
 public:
  explicit ReceiptDeparture(Receipt receipt) : receipt_(std::move(receipt)) {}
  void has_left() noexcept override { receipt_.report(Outcome::received); }

 private:
  Receipt receipt_;
};

}  // namespace

void Outbox::send(const SharedFrame& frame, Receipt receipt, Clock::time_point expires) {
  {
    const MutexLock lock(mutex_);
    if (is_holding_) {
      const std::size_t bytes = frame->bytes().size() + waiting_overhead_bytes;
      if (held_bytes_ + bytes > limits_.max_queue_bytes) return;
      held_.push_back({frame, {}, expires});
      held_.back().receipt = std::move(receipt);  // only now: nothing may fail that holds it under the lock
      held_bytes_ += bytes;
      return;
    }
  }
  write({frame, std::move(receipt), expires});
}

void Outbox::write(Held held) {
  const Sent sent = connection_->send(
      held.frame, [&] { return std::make_unique<ReceiptDeparture>(std::move(held.receipt)); }, held.expires);
  if (sent == Sent::now) held.receipt.report(Outcome::received);
}

void Outbox::hold() {
  const MutexLock lock(mutex_);
  is_holding_ = true;
}

/// What others send meanwhile waits behind what waited already, so that all of it stays in order.
void Outbox::open(const SharedFrame& first) {
  if (first) write({first, {}, Clock::time_point::max()});
  for (;;) {
    Queue next;
    {
      const MutexLock lock(mutex_);
      is_holding_ = !held_.empty();
      if (!is_holding_) return;
      next.splice(next.end(), held_, held_.begin());
      held_bytes_ -= next.front().frame->bytes().size() + waiting_overhead_bytes;
    }
    write(std::move(next.front()));
  }
}

void Outbox::close() noexcept {
  Queue lost;  // their receipts report the failure when they go, after the lock
  const MutexLock lock(mutex_);
  is_holding_ = false;
  lost.swap(held_);
  held_bytes_ = 0;
}

}  // namespace parley
