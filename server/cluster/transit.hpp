#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace parley::cluster {

/// How long packets of one other node were on the way, by the two steady clocks alone: the smallest
/// difference of the last minutes counts as no time at all. Clocks that run apart by a thousandth do not
/// matter so, and steps of the wall clock never. Belongs to one thread.
class Transit {
 public:
  using Clock = std::chrono::steady_clock;

  /// Of a packet that was sent at `sent_ms` of the sender's clock and is read now.
  std::chrono::milliseconds measure(std::int64_t sent_ms, Clock::time_point now) {
    // Unsigned: whatever the sender says, this wraps and does not overflow.
    const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    const auto difference =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(now_ms) - static_cast<std::uint64_t>(sent_ms));
    if (now - begun_ >= period) {
      former_ = now - begun_ < 2 * period ? smallest_ : INT64_MAX;
      smallest_ = INT64_MAX;
      begun_ = now;
    }
    smallest_ = std::min(smallest_, difference);
    const auto least = static_cast<std::uint64_t>(std::min(smallest_, former_));
    return std::chrono::milliseconds(
        static_cast<std::int64_t>(static_cast<std::uint64_t>(difference) - least));
  }

 private:
  static constexpr std::chrono::minutes period{2};

  Clock::time_point begun_{};
  std::int64_t smallest_ = INT64_MAX;  // of this period
  std::int64_t former_ = INT64_MAX;    // of the one before
};

}  // namespace parley::cluster
