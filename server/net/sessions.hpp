#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <thread>
#include <vector>

#include "base/thread_annotations.hpp"
#include "server/net/session.hpp"

namespace parley {

/// The sessions that are alive: their threads, and the one watchdog thread that ends those whose time is up,
/// and gives memory back when half of them have left. Every call is safe from any thread.
class Sessions {
 public:
  /// `watch_interval`: how often deadlines are looked at, so how late a timeout may be.
  explicit Sessions(std::chrono::milliseconds watch_interval);

  /// Stops all at once, if nobody did.
  ~Sessions();

  /// Gives the session a thread of its own; `on_end` is its last call there. Throws std::system_error when
  /// the system has no thread left; the session has not run then.
  void start(std::shared_ptr<Session> session, std::function<void()> on_end) EXCLUDES(mutex_);

  /// Lets the answers that are out be given, for at most `drain`, then ends every session and joins every
  /// thread. No session may be started any more.
  void stop_all(std::chrono::milliseconds drain) EXCLUDES(mutex_);

 private:
  struct Entry {
    std::shared_ptr<Session> session;
    std::thread thread;
  };

  void run(std::list<Entry>::iterator entry, const std::function<void()>& on_end);
  void watch();
  std::vector<std::shared_ptr<Session>> all() const EXCLUDES(mutex_);

  const std::chrono::milliseconds watch_interval_;

  mutable Mutex mutex_;  // taken alone: sessions are called after it is let go
  Condition ended_;      // a session ended
  Condition stopped_;    // stopping_ was set
  std::list<Entry> entries_ GUARDED_BY(mutex_);
  std::thread last_ended_ GUARDED_BY(mutex_);  // each thread joins the one that ended before it
  bool stopping_ GUARDED_BY(mutex_) = false;

  std::thread watchdog_;  // last: it uses all of the above
};

}  // namespace parley
