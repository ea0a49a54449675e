#pragma once

#include <algorithm>
#include <chrono>

namespace parley {

/// So many of something in a second, on and on, and `burst` at once.
struct Rate {
  double per_second;
  double burst;
};

/// What one peer may ask of the server in time, so that what it does costs the others little: who is over it
/// is read later, and loses nothing. Asks no clock itself. Belongs to one thread.
class Flood {
 public:
  using Clock = std::chrono::steady_clock;

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
  class Bucket {
   public:
    explicit Bucket(Rate rate) : rate_(rate), left_(rate.burst) {}

    void charge(double count, Clock::time_point now) {
      if (rate_.per_second <= 0) return;
      const std::chrono::duration<double> passed = std::max(now - looked_at_, Clock::duration::zero());
      left_ = std::min(rate_.burst, left_ + passed.count() * rate_.per_second) - count;
      looked_at_ = now;
    }

    Clock::time_point next_at(Clock::time_point now) const {
      if (rate_.per_second <= 0 || left_ >= 0) return now;
      const std::chrono::duration<double> wait(-left_ / rate_.per_second);
      return looked_at_ + std::chrono::ceil<Clock::duration>(wait);
    }

   private:
    Rate rate_;
    double left_;
    Clock::time_point looked_at_{};
  };

  Bucket requests_;
  Bucket bytes_;
};

}  // namespace parley
