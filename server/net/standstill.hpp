#pragma once

#include <chrono>
#include <utility>

namespace parley {

/// Knows by how late a look comes that the whole program has stood still: it was stopped, or its virtual
/// machine was. What peers wrote meanwhile has not been read, so for a moment nobody's time is up. One
/// thread's.
class Standstill {
 public:
  using Clock = std::chrono::steady_clock;

  /// So late is no look of a program that is only busy.
  static constexpr std::chrono::milliseconds least{1000};
  /// Enough for every thread to read what has come.
  static constexpr std::chrono::milliseconds moment{500};

  /// `interval`: from one look to the next.
  Standstill(std::chrono::milliseconds interval, Clock::time_point now) : interval_(interval), due_(now) {}

  /// Looks, and says whether deadlines are to wait. Not for the second of two late looks: on a machine where
  /// all of them are late peers must be ended, too.
  bool spares(Clock::time_point now) {
    const bool is_late = now > std::exchange(due_, now + interval_) + least;
    if (is_late && !was_late_) spared_until_ = now + moment;
    was_late_ = is_late;
    return now < spared_until_;
  }

 private:
  const std::chrono::milliseconds interval_;
  Clock::time_point due_;
  Clock::time_point spared_until_ = Clock::time_point::min();
  bool was_late_ = false;
};

}  // namespace parley
