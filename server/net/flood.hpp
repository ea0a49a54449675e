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

  /// So much of what is no part of a request costs what a request does: far more than a person's or a
  /// script's blank lines ever are.
  static constexpr std::size_t noise_bytes_per_request = 1024;

  /// A rate of zero a second has no limit.
  Flood(Rate requests, Rate bytes) : requests_(requests), bytes_(bytes), noise_(requests) {}

  /// The peer has asked for something, or sent so much, at `now`.
  void charge_request(Clock::time_point now) { charge(requests_, 1, now); }
  void charge_bytes(std::size_t count, Clock::time_point now) {
    charge(bytes_, static_cast<double>(count), now);
  }

  /// So much has come that asks for nothing, as blank lines. It has a bucket of its own, of the same rate as
  /// requests: some may not be read later for what they ask, but everyone for this.
  void charge_noise(std::size_t bytes, Clock::time_point now) {
    charge(noise_, static_cast<double>(bytes) / noise_bytes_per_request, now);
  }

  /// When the next request may be acted on; not after `now` when it may be at once.
  Clock::time_point next_at(Clock::time_point now) const {
    return std::max({requests_.next_at(now), bytes_.next_at(now), noise_.next_at(now)});
  }
  /// When its noise is paid for, whatever else it owes.
  Clock::time_point noise_paid_at(Clock::time_point now) const { return noise_.next_at(now); }

  /// Without a look at the clock. False when nothing has to be waited for; true also when it is paid by now.
  bool has_debt() const { return has_debt_; }

 private:
  void charge(Bucket& bucket, double count, Clock::time_point now) {
    if (!bucket.charge(count, now)) return;
    has_debt_ = requests_.has_debt() || bytes_.has_debt() || noise_.has_debt();
  }

  Bucket requests_;
  Bucket bytes_;
  Bucket noise_;           // in requests
  bool has_debt_ = false;  // of any of them, at the last charge
};

}  // namespace parley
