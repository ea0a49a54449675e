#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "base/event_flag.hpp"
#include "base/thread_annotations.hpp"

/// A machine that is so busy, or stands still, that the suite does late what it has to do in time. What a
/// program shows then may be no doing of its own.
namespace parley::conform {

/// By more than that at once: people give a recipient a second to say RECEIVED, or more.
inline constexpr std::chrono::milliseconds most_lateness{400};

/// There is no verdict, by no fault of the program.
class MachineTooBusy : public std::runtime_error {
 public:
  explicit MachineTooBusy(const std::string& what)
      : std::runtime_error("the machine was too busy: " + what) {}
};

/// Tells how late the suite is.
class LatenessMeter {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~LatenessMeter() = default;

  /// At the worst since that moment: by how much too late it woke, or still has not. Any thread.
  virtual std::chrono::milliseconds worst_since(Clock::time_point begin) const = 0;

  /// Whether programs under test get the processor when they want it, now. Any thread. Throws
  /// std::system_error when that cannot be looked at.
  virtual bool are_programs_served() const { return true; }

  /// How long it is worth while to wait for a machine that is not quiet.
  virtual std::chrono::milliseconds longest_wait_for_quiet() const { return std::chrono::seconds{5}; }
};

/// A thread that only sleeps, and sees by how much it wakes too late. It notices, too, that the whole suite
/// was stopped. Of the programs it knows that they may have to wait where the suite need not.
class Heartbeat : public LatenessMeter {
 public:
  /// `niceness`: of the programs. Throws std::system_error when there can be no thread.
  explicit Heartbeat(int niceness);
  ~Heartbeat() override;
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  std::chrono::milliseconds worst_since(Clock::time_point begin) const override;
  bool are_programs_served() const override;

 private:
  /// In which it should have been awake.
  struct Hole {
    Clock::time_point begin;
    Clock::time_point end;
  };

  void beat();

  const int niceness_;
  EventFlag done_;
  mutable Mutex mutex_;
  Clock::time_point due_ GUARDED_BY(mutex_);
  std::deque<Hole> holes_ GUARDED_BY(mutex_);  // the last ones
  std::thread thread_;
};

/// Waits until the machine is quiet: the suite is hardly late in a stretch of time, and the programs would
/// not be. False when it does not become so in the time that is worth while, or `is_over` is true before.
bool wait_until_quiet(const LatenessMeter& meter, const std::function<bool()>& is_over);

/// How something is tried that only counts when nobody was late.
struct TriesInTime {
  const LatenessMeter* meter = nullptr;  ///< null: nobody is ever late
  int most_tries = 1;
  std::function<bool()> is_over;
};

/// The last try.
template <typename Found>
struct TriedInTime {
  Found found;
  std::string late{};     ///< why it does not count, a sentence part; empty: it does
  bool was_quiet = true;  ///< the machine, before each try but the first
};

/// "the suite was 1200 ms late"; empty when that is not too much.
std::string lateness_text(std::chrono::milliseconds late);

/// What `attempt` returns is final when the suite was in time, or when it `stands` all the same. Else it
/// is tried again as soon as the machine is quiet; where it is not once, it is not waited for any more.
/// `late_otherwise` tells of what the meter cannot know.
template <typename Attempt, typename Stands, typename Late>
auto try_in_time(const TriesInTime& tries, const Attempt& attempt, const Stands& stands,
                 const Late& late_otherwise) -> TriedInTime<decltype(attempt())> {
  if (tries.meter == nullptr) return {attempt()};
  bool is_quiet = true;
  for (int tried = 1;; ++tried) {
    const auto begin = LatenessMeter::Clock::now();
    auto found = attempt();
    if (stands(found)) return {std::move(found)};
    std::string late = lateness_text(tries.meter->worst_since(begin));
    if (late.empty()) late = late_otherwise(found);
    if (late.empty() || tried >= tries.most_tries || tries.is_over())
      return {std::move(found), std::move(late), is_quiet};
    is_quiet = is_quiet && wait_until_quiet(*tries.meter, tries.is_over);
  }
}

}  // namespace parley::conform
