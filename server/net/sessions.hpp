#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <thread>

#include "base/function_ref.hpp"
#include "base/thread_annotations.hpp"
#include "server/net/lookout.hpp"
#include "server/net/session.hpp"
#include "server/net/writer.hpp"
#include "server/sentence.hpp"

namespace parley {

/// The sessions that are alive: their threads, and the one watchdog thread that wakes those whose time is up,
/// joins those that have ended, and gives memory back when half of them have left. Every call is safe from
/// any thread.
class Sessions {
 public:
  /// `watch_interval`: how often deadlines are looked at, so how late a timeout may be.
  Sessions(Writer& writer, Lookout& lookout, std::chrono::milliseconds watch_interval);

  /// Ends what is left.
  ~Sessions();

  /// Gives the session a thread of its own; `on_end` is its last call there, and must not throw. Waits first
  /// while Limits::max_ending_threads are on their way out: who comes and goes faster than threads end is
  /// taken later. Throws when the system has no thread or no memory left; the session has not run then.
  void start(std::shared_ptr<Session> session, std::function<void()> on_end) EXCLUDES(mutex_);

  /// Asks the sessions of these connections to end, for the reason, a literal; the peers are told the
  /// farewell. `is_meant` only looks. How many they are.
  std::size_t end_those(FunctionRef<bool(const Connection&)> is_meant, const char* reason,
                        const Sentence& farewell) EXCLUDES(mutex_);

  /// Asks every session to end, cuts off those who have not once `is_late` says so, and joins every thread.
  /// `is_late` is asked again and again, under no lock. No session may be started any more.
  void stop_all(const char* reason, FunctionRef<bool()> is_late) EXCLUDES(mutex_);

  /// How often deadlines have been looked at: it stands still when the watchdog thread does.
  std::uint64_t looks() const { return looks_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    std::shared_ptr<Session> session;
    std::thread thread;
  };

  void run(std::list<Entry>::iterator entry, const std::function<void()>& on_end) noexcept;
  void watch() noexcept;
  void wake_late(Connection::Clock::time_point now, bool is_spared);
  void join_ended() REQUIRES(mutex_);
  void await_ending() EXCLUDES(mutex_);

  Writer& writer_;
  Lookout& lookout_;
  const std::chrono::milliseconds watch_interval_;
  std::atomic<std::size_t> ending_{0};  // threads whose session is over, until they are joined

  std::atomic<std::uint64_t> looks_{0};

  mutable Mutex mutex_;  // taken alone, but for the locks within abort() and ask_to_end()
  Condition ended_;      // a session ended
  Condition to_watch_;   // stopping_ was set, or many ended
  Condition joined_;     // threads were
  std::list<Entry> entries_ GUARDED_BY(mutex_);
  std::list<Entry> to_join_ GUARDED_BY(mutex_);  // ended; their threads have nothing to wait for
  bool stopping_ GUARDED_BY(mutex_) = false;

  std::thread watchdog_;  // last: it uses all of the above
};

}  // namespace parley
