#pragma once

#include <algorithm>
#include <chrono>

namespace parley {

/// So many of something in a second, on and on, and `burst` at once. `per_second`: zero, which has no limit,
/// or one in some years at least.
struct Rate {
  double per_second;
  double burst;
};

/// What is left of a rate. Asks no clock itself. Belongs to one thread at a time.
class Bucket {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Bucket(Rate rate) : rate_(rate), left_(rate.burst) {}

  /// Takes so much at `now`, also what is not there: next_at() tells when it will have been. False when the
  /// rate has no limit.
  bool charge(double count, Clock::time_point now) {
    if (rate_.per_second <= 0) return false;
    left_ = left_at(now) - count;
    looked_at_ = now;
    return true;
  }

  /// Takes so much at `now` if it is there.
  bool take(double count, Clock::time_point now) {
    if (rate_.per_second > 0 && left_at(now) < count) return false;
    charge(count, now);
    return true;
  }

  /// There was one at the last charge, which only the next one finds paid.
  bool has_debt() const { return left_ < 0; }

  /// When there is no debt left; not after `now` when there is none now.
  Clock::time_point next_at(Clock::time_point now) const {
    if (rate_.per_second <= 0 || left_ >= 0) return now;
    const std::chrono::duration<double> wait(-left_ / rate_.per_second);
    return looked_at_ + std::chrono::ceil<Clock::duration>(wait);
  }

 private:
  double left_at(Clock::time_point now) const {
    const std::chrono::duration<double> passed = std::max(now - looked_at_, Clock::duration::zero());
    return std::min(rate_.burst, left_ + passed.count() * rate_.per_second);
  }

  Rate rate_;
  double left_;
  Clock::time_point looked_at_{};
};

}  // namespace parley
