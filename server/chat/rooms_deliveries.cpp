#include "server/chat/rooms_deliveries.hpp"

#include <exception>

#include "protocol/rooms_answers.hpp"

namespace parley {

bool RoomsDeliveries::has_room_or_wake() {
  const MutexLock lock(mutex_);
  sender_waits_ = owed_.size() >= most_;
  return !sender_waits_;
}

std::uint64_t RoomsDeliveries::expect(std::string id, std::size_t recipients, std::size_t receipts,
                                      std::size_t body_bytes, Clock::time_point answer_by) {
  const MutexLock lock(mutex_);
  const std::uint64_t token = next_token_++;
  owed_.emplace_hint(owed_.end(), token,
                     Owed{std::move(id), recipients, body_bytes, answer_by, receipts + 1});
  counters_.unanswered.fetch_add(1, std::memory_order_relaxed);
  if (owed_.size() == 1) await_oldest();
  return token;
}

void RoomsDeliveries::has_been_said(std::uint64_t token) noexcept {
  OwedMap::node_type known;
  {
    const MutexLock lock(mutex_);
    const auto owed = owed_.find(token);
    if (owed == owed_.end()) return;
    --owed->second.missing;
    known = take_if_known(owed);
  }
  tell(known);
}

void RoomsDeliveries::settle(std::uint64_t token, Outcome outcome) noexcept {
  OwedMap::node_type known;
  {
    const MutexLock lock(mutex_);
    const auto owed = owed_.find(token);
    if (owed == owed_.end()) return;
    counters_.count(outcome == Outcome::received, owed->second.body_bytes);
    if (outcome != Outcome::received) owed->second.has_failed = true;
    --owed->second.missing;
    known = take_if_known(owed);
  }
  tell(known);
}

void RoomsDeliveries::give_up(Clock::time_point now) {
  for (;;) {
    OwedMap::node_type late;
    {
      const MutexLock lock(mutex_);
      if (owed_.empty() || owed_.begin()->second.answer_by > now) return await_oldest();
      Owed& owed = owed_.begin()->second;
      counters_.refused.fetch_add(std::exchange(owed.missing, 0), std::memory_order_relaxed);
      owed.has_failed = true;
      late = take_if_known(owed_.begin());
    }
    tell(late);
  }
}

void RoomsDeliveries::close() noexcept {
  OwedMap lost;  // destroyed after the lock is gone
  const MutexLock lock(mutex_);
  lost.swap(owed_);
  counters_.unanswered.fetch_sub(lost.size(), std::memory_order_relaxed);
}

/// Nothing when something is missing still.
RoomsDeliveries::OwedMap::node_type RoomsDeliveries::take_if_known(OwedMap::iterator owed) noexcept {
  if (owed->second.missing > 0) return {};
  const bool was_oldest = owed == owed_.begin();
  auto known = owed_.extract(owed);
  if (was_oldest) await_oldest();
  return known;
}

/// The deadline is that of the oldest message of which nothing has been told.
void RoomsDeliveries::await_oldest() noexcept {
  const auto at = owed_.empty() ? Clock::time_point::max() : owed_.begin()->second.answer_by;
  outbox_->connection().set_deadline(Deadline::send, at);
}

void RoomsDeliveries::tell(const OwedMap::node_type& known) noexcept {
  if (!known) return;
  const Owed& owed = known.mapped();
  const auto result = owed.recipients == 0 ? rooms::Delivery::nobody
                      : owed.has_failed    ? rooms::Delivery::failed
                                           : rooms::Delivery::delivered;
  try {
    outbox_->send(make_frame(wire_.to_frame(rooms::delivery(owed.id, result, owed.recipients))));
  } catch (const std::exception&) {  // one that cannot be written must not be missing unnoticed
    outbox_->connection().abort(Connection::no_memory);
  }
  counters_.unanswered.fetch_sub(1, std::memory_order_relaxed);
  {
    const MutexLock lock(mutex_);
    if (!std::exchange(sender_waits_, false)) return;
  }
  outbox_->connection().wake();
}

}  // namespace parley
