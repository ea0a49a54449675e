#include "tests/conformance/process/lateness.hpp"

#include <algorithm>

#include "tests/conformance/process/newcomer.hpp"

namespace parley::conform {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds interval{20};
// What sleeps wakes so late on any machine that has work for all of its cores.
constexpr milliseconds usual_lateness{20};
constexpr std::size_t most_holes = 10'000;  // 200 s of nothing else, at least
// A machine is quiet when the suite is late by little in such a stretch of time.
constexpr milliseconds stretch{300};
constexpr milliseconds quiet_lateness = most_lateness / 4;

}  // namespace

Heartbeat::Heartbeat(int niceness)
    : niceness_(niceness), due_(Clock::now() + interval), thread_([this] { beat(); }) {}

Heartbeat::~Heartbeat() {
  done_.set();
  thread_.join();
}

milliseconds Heartbeat::worst_since(Clock::time_point begin) const {
  const MutexLock lock(mutex_);
  const auto part = [begin](const Hole& hole) { return hole.end - std::max(hole.begin, begin); };
  auto worst = std::max(Clock::duration{0}, part({due_, Clock::now()}));
  for (auto hole = holes_.rbegin(); hole != holes_.rend() && hole->end > begin; ++hole)
    worst = std::max(worst, part(*hole));
  return std::chrono::duration_cast<milliseconds>(worst);
}

bool Heartbeat::are_programs_served() const {
  return is_newcomer_served(niceness_);
}

void Heartbeat::beat() {
  while (!done_.wait(-1, interval)) {
    const MutexLock lock(mutex_);
    const auto now = Clock::now();
    if (now > due_ + usual_lateness) holes_.push_back({due_, now});
    if (holes_.size() > most_holes) holes_.pop_front();
    due_ = now + interval;
  }
}

bool wait_until_quiet(const LatenessMeter& meter, const std::function<bool()>& is_over) {
  const auto deadline = std::chrono::steady_clock::now() + meter.longest_wait_for_quiet();
  while (!is_over() && std::chrono::steady_clock::now() < deadline) {
    const auto begin = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(stretch);
    if (meter.worst_since(begin) <= quiet_lateness && meter.are_programs_served()) return true;
  }
  return false;
}

std::string lateness_text(milliseconds late) {
  return late <= most_lateness ? "" : "the suite was " + std::to_string(late.count()) + " ms late";
}

}  // namespace parley::conform
