#pragma once

#include <algorithm>
#include <cstddef>

#include "base/bucket.hpp"

namespace parley {

/// What one peer may ask of the server in time, so that what it does costs the others little: who is over it
/// is read later, and loses nothing. Asks no clock itself. Belongs to one thread.
class Flood {
 public:
  using Clock = Bucket::Clock;

  /// A rate of zero a second has no limit.
  Flood(Rate requests, Rate bytes) : requests_(requests), bytes_(bytes) {}

  /// The peer has asked for something, or sent so much, at `now`.
  void charge_request(Clock::time_point now) { requests_.charge(1, now); }
  void charge_bytes(std::size_t count, Clock::time_point now) {
    bytes_.charge(static_cast<double>(count), now);
  }

  /// When the next request may be acted on; not after `now` when it may be at once.
  Clock::time_point next_at(Clock::time_point now) const {
    return std::max(requests_.next_at(now), bytes_.next_at(now));
  }

 private:
  Bucket requests_;
  Bucket bytes_;
};

}  // namespace parley
