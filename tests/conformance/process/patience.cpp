#include "tests/conformance/process/patience.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "tests/conformance/process/interruption.hpp"

namespace parley::conform {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// For a program that wants the processor when its time is over: one that works without end gets no more.
constexpr milliseconds most_extra_time{3'000};
// For a program that sends all the time.
constexpr milliseconds most_time_with_progress{4'000};
// Between two looks, one of which alone may catch it between two steps.
constexpr milliseconds look_interval{5};
constexpr int enough_looks = 3;

}  // namespace

Patience::Patience(milliseconds time, IsAtRest is_at_rest, const Interruption* interruption)
    : deadline_(Clock::now() + time), is_at_rest_(std::move(is_at_rest)), interruption_(interruption) {}

milliseconds Patience::left() {
  const auto now = Clock::now();
  if (has_come(interruption_)) return milliseconds{0};
  if (now < deadline_) return std::chrono::ceil<milliseconds>(deadline_ - now);
  if (!is_at_rest_ || now > deadline_ + most_extra_time) return milliseconds{0};
  looks_at_rest_ = is_at_rest_() ? looks_at_rest_ + 1 : 0;
  return looks_at_rest_ < enough_looks ? look_interval : milliseconds{0};
}

bool Patience::is_exhausted() const {
  return has_come(interruption_) || Clock::now() > deadline_ + most_time_with_progress;
}

void wait_until_at_rest(const IsAtRest& is_at_rest, milliseconds longest) {
  constexpr milliseconds longest_pause{20};
  const auto deadline = Clock::now() + longest;
  // Each pause is longer than the one before: to look costs processor time, and somebody wants it.
  for (milliseconds pause{1}; is_at_rest && !is_at_rest() && Clock::now() < deadline;
       pause = std::min(2 * pause, longest_pause))
    std::this_thread::sleep_for(pause);
}

std::string endless_work(const std::function<milliseconds()>& processor_time,
                         const std::function<bool(milliseconds)>& is_seen_at_rest) {
  constexpr milliseconds window{300};
  constexpr int windows = 3;
  milliseconds used{0};
  for (int i = 0; i < windows; ++i) {
    const auto before = processor_time();
    const bool rests = is_seen_at_rest(window);
    used = processor_time() - before;
    if (rests && used < window / 4) return {};
  }
  return std::to_string(used.count()) + " ms of processor time in each " + std::to_string(window.count()) +
         " ms";
}

}  // namespace parley::conform
