#pragma once

#include <algorithm>
#include <chrono>

namespace parley::conform {

/// What is left of the time for a run, which begins with this object. Any thread.
class TimeLeft {
 public:
  /// 0: no limit.
  explicit TimeLeft(std::chrono::milliseconds budget)
      : end_(budget.count() > 0 ? Clock::now() + budget : Clock::time_point::max()) {}

  bool is_over() const { return Clock::now() >= end_; }

  /// That time, or all that is left.
  std::chrono::milliseconds at_most(std::chrono::milliseconds time) const {
    if (end_ == Clock::time_point::max()) return time;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - Clock::now());
    return std::clamp(left, std::chrono::milliseconds{0}, time);
  }

 private:
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end_;
};

inline constexpr const char* time_is_over = "The time for the whole run was used up.";

}  // namespace parley::conform
