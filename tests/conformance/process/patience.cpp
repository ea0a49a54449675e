#include "tests/conformance/process/patience.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "tests/conformance/process/interruption.hpp"

namespace parley::conform {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Of work, for a program that wants the processor when its time is over: one that works without end gets no
// more.
constexpr milliseconds most_extra_work{3'000};
// A machine on which a program gets less than this part of the processor is of no use; and there is an end to
// everything.
constexpr int least_part = 20;
constexpr milliseconds longest_wait_for_work{15'000};
// To see how much it has worked costs some of what it lacks.
constexpr milliseconds work_look_interval{50};
// For a program that sends all the time.
constexpr milliseconds most_time_with_progress{4'000};
// Between two looks, one of which alone may catch it between two steps.
constexpr milliseconds rest_look_interval{5};
constexpr int enough_looks = 3;

}  // namespace

Work::Work(const IsAtRest& is_at_rest) : processor_time_(is_at_rest.processor_time()) {
  if (processor_time_) used_before_ = processor_time_();
}

bool Work::is_at_least(milliseconds time) {
  const auto now = Clock::now();
  if (now < begin_ + time) return false;
  const auto longest = std::max(time, std::min(least_part * time, longest_wait_for_work));
  if (!processor_time_ || now >= begin_ + longest) return true;
  if (now >= next_look_) {
    used_ = processor_time_() - used_before_;
    next_look_ = now + work_look_interval;
  }
  return used_ >= time;
}

Patience::Patience(milliseconds time, IsAtRest is_at_rest, const Interruption* interruption)
    : deadline_(Clock::now() + time), is_at_rest_(std::move(is_at_rest)), interruption_(interruption) {}

milliseconds Patience::left() {
  const auto now = Clock::now();
  if (has_come(interruption_)) return milliseconds{0};
  if (now < deadline_) return std::chrono::ceil<milliseconds>(deadline_ - now);
  if (!is_at_rest_) return milliseconds{0};
  if (!extra_work_) extra_work_.emplace(is_at_rest_);
  if (extra_work_->is_at_least(most_extra_work)) return milliseconds{0};
  looks_at_rest_ = is_at_rest_() ? looks_at_rest_ + 1 : 0;
  return looks_at_rest_ < enough_looks ? rest_look_interval : milliseconds{0};
}

bool Patience::is_exhausted() const {
  return has_come(interruption_) || Clock::now() > deadline_ + most_time_with_progress;
}

void wait_until_at_rest(const IsAtRest& is_at_rest, milliseconds longest) {
  constexpr milliseconds longest_pause{20};
  if (!is_at_rest || is_at_rest()) return;
  Work work(is_at_rest);
  // Each pause is longer than the one before: to look costs processor time, and somebody wants it.
  for (milliseconds pause{1}; !work.is_at_least(longest) && !is_at_rest();
       pause = std::min(2 * pause, longest_pause))
    std::this_thread::sleep_for(pause);
}

std::string endless_work(const std::function<milliseconds()>& processor_time,
                         const std::function<bool(milliseconds)>& is_seen_at_rest) {
  constexpr milliseconds window{300};
  constexpr int windows = 3;
  constexpr int most_windows = 40;
  milliseconds used{0};
  for (int i = 1; i <= most_windows; ++i) {
    const auto before = processor_time();
    const bool rests = is_seen_at_rest(window);
    const auto used_now = processor_time() - before;
    if (rests && used_now < window / 4) return {};
    used += used_now;
    if (i >= windows && used >= windows * window / 4)
      return std::to_string(used.count() / i) + " ms of processor time in each " +
             std::to_string(window.count()) + " ms";
  }
  return {};  // it got none
}

}  // namespace parley::conform
