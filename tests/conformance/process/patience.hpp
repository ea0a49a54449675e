#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace parley::conform {

class Interruption;

/// Whether the program under test waits for something, and no part of it wants the processor. Empty: nobody
/// can tell.
using IsAtRest = std::function<bool()>;

/// A bounded wait for something that a program should do. When its time is over and the program still wants
/// the processor, it is given more, within bounds: no verdict is to depend on what else the machine does.
/// Belongs to one thread.
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
};

/// Waits until the program has done what it has to do, `longest` at most; not at all when nobody can tell.
void wait_until_at_rest(const IsAtRest& is_at_rest, std::chrono::milliseconds longest);

/// How much a program works where it has nothing to do, a sentence part; empty when it rests. It is watched
/// for a few windows of time: `is_seen_at_rest` waits for one. On a busy machine a loop gets little of the
/// processor, but it always wants it.
std::string endless_work(const std::function<std::chrono::milliseconds()>& processor_time,
                         const std::function<bool(std::chrono::milliseconds)>& is_seen_at_rest);

}  // namespace parley::conform
