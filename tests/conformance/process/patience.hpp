#pragma once

#include <chrono>
#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace parley::conform {

class Interruption;

/// Whether the program under test waits for something, and no part of it wants the processor; one that is
/// stopped does not wait. Empty: nobody can tell.
class IsAtRest {
 public:
  using ProcessorTime = std::function<std::chrono::milliseconds()>;

  IsAtRest() = default;
  /// `processor_time`: what it has used since it was started, where that can be told.
  template <std::predicate Look>
  IsAtRest(Look look, ProcessorTime processor_time = {})
      : look_(std::move(look)), processor_time_(std::move(processor_time)) {}

  explicit operator bool() const { return bool(look_); }
  bool operator()() const { return look_(); }
  const ProcessorTime& processor_time() const { return processor_time_; }

 private:
  std::function<bool()> look_;
  ProcessorTime processor_time_;
};

/// How much a program has worked since this object was made: by its processor time, for a busy machine gives
/// it little in any time of the clock; by the clock where the other cannot be told. Belongs to one thread.
class Work {
 public:
  explicit Work(const IsAtRest& is_at_rest);

  /// Whether it had so much; or has not got it in a time in which any machine that is of use gives it that.
  bool is_at_least(std::chrono::milliseconds time);

 private:
  using Clock = std::chrono::steady_clock;

  const IsAtRest::ProcessorTime processor_time_;
  const Clock::time_point begin_ = Clock::now();
  std::chrono::milliseconds used_before_{0};
  std::chrono::milliseconds used_{0};
  Clock::time_point next_look_ = begin_;
};

/// A bounded wait for something that a program should do. When its time is over and the program still wants
/// the processor, it is given more of that, within bounds: no verdict is to depend on what else the machine
/// does. Belongs to one thread.
class Patience {
 public:
  /// `interruption` may be null; when it has come, nothing is waited for.
  explicit Patience(std::chrono::milliseconds time, IsAtRest is_at_rest = {},
                    const Interruption* interruption = nullptr);

  /// How long to wait before asking again; 0: what has not come by now does not come.
  std::chrono::milliseconds left();

  /// Nothing more is taken either: whoever sends without end is not what is waited for.
  bool is_exhausted() const;

  /// Something came, though not yet what is waited for: the program may have waited until that was taken.
  void note_progress() { looks_at_rest_ = 0; }

 private:
  const std::chrono::steady_clock::time_point deadline_;
  const IsAtRest is_at_rest_;
  const Interruption* const interruption_;
  int looks_at_rest_ = 0;
  std::optional<Work> extra_work_;  // since the time was over
};

/// Waits until the program has done what it has to do, or has worked for `longest`; not at all when nobody
/// can tell.
void wait_until_at_rest(const IsAtRest& is_at_rest, std::chrono::milliseconds longest);

/// How much a program works where it has nothing to do, a sentence part; empty when it rests. It is watched
/// for a few windows of time: `is_seen_at_rest` waits for one. On a busy machine a loop gets little of the
/// processor, but it always wants it: it is watched until it has had some. So is who had something to do yet.
std::string endless_work(const std::function<std::chrono::milliseconds()>& processor_time,
                         const std::function<bool(std::chrono::milliseconds)>& is_seen_at_rest);

}  // namespace parley::conform
