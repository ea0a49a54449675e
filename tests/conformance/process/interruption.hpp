#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "base/event_flag.hpp"
#include "base/file_descriptor.hpp"

namespace parley::conform {

/// From here on a signal that ends a run waits until an Interruption takes it: what is made before that is
/// tidied up, too. Before any other thread is started.
void hold_signals();

/// Whether somebody has ended the run: by SIGTERM, by SIGINT, or by SIGHUP, as of a lost terminal. From then
/// on every process that this program has started is killed, those that are started later too, so that what
/// waits for one goes on; what has been found out can be written. A second SIGTERM or SIGINT ends this
/// program at once, and so does a run that has not come to its end 20 s later. One for a process; calls are
/// safe from any thread.
class Interruption {
 public:
  /// Takes over these signals, but for those that are ignored, as SIGHUP is under nohup. Before any other
  /// thread is started: that inherits which signals are kept from it. Throws std::system_error.
  Interruption();

  /// From here on such a signal ends this program by default.
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  bool has_come() const { return signal_ != 0; }

  /// 128 and the signal's number, as a shell tells of who was ended by one.
  int exit_code() const { return 128 + signal_; }

  /// "the run was ended by SIGTERM".
  std::string reason() const;

 private:
  void watch();
  void take_signal(std::chrono::steady_clock::time_point now);

  sigset_t taken_{};
  FileDescriptor signals_;
  EventFlag done_;
  std::atomic<int> signal_{0};
  std::chrono::steady_clock::time_point came_;  // the watcher's
  std::thread watcher_;
};

/// Of one that may not be there.
inline bool has_come(const Interruption* interruption) {
  return interruption != nullptr && interruption->has_come();
}

}  // namespace parley::conform
