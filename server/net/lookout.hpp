#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>

#include "base/function_ref.hpp"

namespace parley {

class Connection;

/// Whom the watchdog must look at, and when: each connection at most once, at the earliest of its deadlines,
/// or at once when its owner was woken and may not have seen it. Who sets an earlier deadline tells the
/// watchdog, without a lock; who sets a later one, or clears one, does not, and the watchdog finds out at the
/// time that it knew of.
///
/// No deadline is lost: who sets one writes it and then reads when the watchdog looks; the watchdog writes
/// when it looks and then reads the deadlines; all four are sequentially consistent, so that one of the two
/// sees the other. A deadline that is cleared needs none of that: a look too many does no harm.
///
/// Holds a connection from its first deadline or wake until it is closed: each must be closed. Outlives all
/// connections, and all threads that may wake one.
class Lookout {
 public:
  using Clock = std::chrono::steady_clock;

 private:
  using Queue = std::multimap<Clock::time_point, std::shared_ptr<Connection>>;

 public:
  /// A connection's place. Everything that it will ever take is taken when it is made; may throw
  /// std::bad_alloc.
  class Place {
   public:
    Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    /// When the watchdog looks at the latest. Any thread.
    Clock::time_point looked_at_by() const {
      return Clock::time_point(Clock::duration(look_at_.load(std::memory_order_seq_cst)));
    }

   private:
    friend Lookout;
    std::atomic<Clock::rep> look_at_;
    std::atomic<bool> is_told_{false};

    // Of whoever has set is_told_, then of the watchdog.
    std::shared_ptr<Connection> held_by_itself_;  // while it is on the list
    Place* next_told_ = nullptr;

    // The watchdog's.
    Queue::node_type spare_node_;  // empty while queued
    Queue::iterator queued_{};
  };

  Lookout() = default;
  ~Lookout();
  Lookout(const Lookout&) = delete;
  Lookout& operator=(const Lookout&) = delete;

  /// The watchdog asks the connection anew when it must be looked at, at the next look. Any thread; no lock.
  void tell(Connection& connection) noexcept;

  /// The watchdog's thread: `act` on every connection whose time has come at `now`. Those are looked at again
  /// at `again` at the earliest, which is later than `now`.
  void look(Clock::time_point now, Clock::time_point again, FunctionRef<void(Connection&)> act) noexcept;

 private:
  void take_told() noexcept;
  std::shared_ptr<Connection> take_out(Place& place) noexcept;
  void put(std::shared_ptr<Connection> connection, Clock::time_point not_before) noexcept;

  std::atomic<Place*> told_{nullptr};  // a list, the last one first
  Queue queue_;                        // the watchdog's
};

}  // namespace parley
