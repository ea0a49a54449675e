#pragma once

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <string>
#include <thread>

#include "base/event_flag.hpp"
#include "base/thread_annotations.hpp"

namespace parley::conform {

/// Watches how much memory all the programs of one submission have together, with what they have started: a
/// limit of the system is for each process alone. When it is too much, all of them are killed. It looks a few
/// times in a second, so for that long it may be more. Any thread.
class MemoryWatch {
 public:
  /// Throws std::system_error when there can be no thread for it.
  explicit MemoryWatch(std::size_t most_bytes);
  ~MemoryWatch();
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;

  /// While it is there a program is watched. To go before the process is waited for.
  class Place {
   public:
    Place(MemoryWatch& watch, pid_t leader);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    /// "was ended: ..." when it was for that; else empty.
    std::string why_ended() const;

   private:
    MemoryWatch& watch_;
    const pid_t leader_;
  };

 private:
  void watch();
  bool is_too_much() const REQUIRES(mutex_);
  void end_all() REQUIRES(mutex_);

  const std::size_t most_bytes_;
  EventFlag done_;
  Mutex mutex_;
  std::map<pid_t, bool> leaders_ GUARDED_BY(mutex_);  // and whether it was ended
  std::thread thread_;
};

}  // namespace parley::conform
