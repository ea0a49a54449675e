#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace parley::conform {

/// Time for a server that writes REGISTERED a moment before it enters the user. Only R4.7 asks whether it is
/// such a one; in all other cases nothing that builds on a registration is sent until the time is over.
/// Belongs to one thread.
class Grace {
 public:
  explicit Grace(std::chrono::milliseconds ready_time) : ready_time_(ready_time) {}

  /// REGISTERED has come for this name.
  void begin(std::string_view name);

  /// Waits before these bytes are sent, if they build on a registration: all do, but a REGISTER for a name
  /// of which nothing is registered. None are the end of the stream.
  void wait_before(std::string_view bytes);

  /// What is registered by now is taken to be ready.
  void end() { ready_at_.clear(); }

 private:
  using Clock = std::chrono::steady_clock;

  const std::chrono::milliseconds ready_time_;
  std::map<std::string, Clock::time_point> ready_at_;  // by folded name
};

}  // namespace parley::conform
