#include "server/net/lookout.hpp"

#include <algorithm>
#include <utility>

#include "server/net/connection.hpp"

namespace parley {
namespace {

constexpr auto never = Lookout::Clock::time_point::max();

}  // namespace

Lookout::Place::Place() : look_at_(never.time_since_epoch().count()) {
  Queue queue;
  spare_node_ = queue.extract(queue.emplace(never, nullptr));
}

/// Who was told of after the last look still holds itself.
Lookout::~Lookout() {
  for (Place* place = told_.exchange(nullptr, std::memory_order_acquire); place != nullptr;) {
    Place* const next = place->next_told_;
    const auto connection = std::move(place->held_by_itself_);  // the place may go with it
    place = next;
  }
}

void Lookout::tell(Connection& connection) noexcept {
  Place& place = connection.place_;
  if (place.is_told_.exchange(true, std::memory_order_acq_rel)) return;
  place.held_by_itself_ = connection.weak_from_this().lock();
  if (!place.held_by_itself_) {  // nobody's any more
    place.is_told_.store(false, std::memory_order_release);
    return;
  }
  place.next_told_ = told_.load(std::memory_order_relaxed);
  while (!told_.compare_exchange_weak(place.next_told_, &place, std::memory_order_release,
                                      std::memory_order_relaxed)) {
  }
}

void Lookout::look(Clock::time_point now, Clock::time_point again,
                   FunctionRef<void(Connection&)> act) noexcept {
  take_told();
  while (!queue_.empty() && queue_.begin()->first <= now) {
    auto connection = take_out(queue_.begin()->second->place_);
    act(*connection);
    put(std::move(connection), again);
  }
}

void Lookout::take_told() noexcept {
  for (Place* place = told_.exchange(nullptr, std::memory_order_acquire); place != nullptr;) {
    Place* const next = place->next_told_;
    auto connection = std::move(place->held_by_itself_);
    if (place->spare_node_.empty()) (void)take_out(*place);  // `connection` holds it as well
    // Not a store: who found it told has set a deadline, or woken the owner, before. Reading what that one
    // left is what lets put() see it.
    place->is_told_.exchange(false, std::memory_order_acq_rel);
    put(std::move(connection), Clock::time_point::min());
    place = next;
  }
}

std::shared_ptr<Connection> Lookout::take_out(Place& place) noexcept {
  place.spare_node_ = queue_.extract(place.queued_);
  return std::move(place.spare_node_.mapped());
}

/// Back into the queue, unless nothing is to be waited for.
void Lookout::put(std::shared_ptr<Connection> connection, Clock::time_point not_before) noexcept {
  Place& place = connection->place_;
  const auto next_look = [&] { return std::max(connection->to_be_looked_at(), not_before); };
  Clock::time_point at;
  do {
    at = next_look();
    // From here on an earlier deadline is told of; one that was set just before is seen below.
    place.look_at_.store(at.time_since_epoch().count(), std::memory_order_seq_cst);
  } while (next_look() < at);
  if (at == never) return;
  place.spare_node_.key() = at;
  place.spare_node_.mapped() = std::move(connection);
  place.queued_ = queue_.insert(std::move(place.spare_node_));
}

}  // namespace parley
