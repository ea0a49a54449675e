#pragma once

#include <signal.h>

#include <chrono>
#include <optional>

namespace parley {

/// What somebody asks of the server by a signal.
enum class Asked {
  nothing,
  to_stop,   ///< SIGINT, SIGTERM; SIGXCPU, since the system ends who goes on
  to_reload  ///< SIGHUP
};

/// The signals that would end the server by default: some are waited for here, the others are ignored, but
/// for SIGQUIT and those that tell of a fault in the program, which still end it. For one thread.
class Signals {
 public:
  /// Before any other thread is started: that takes over which signals are kept from it. What the caller has
  /// blocked or ignored counts no more.
  Signals();

  /// Waits for what is asked; nothing when the time is up, and now and then without a reason. Without a time
  /// it waits without end.
  Asked wait(std::optional<std::chrono::milliseconds> time) const;

 private:
  sigset_t awaited_{};
};

}  // namespace parley
