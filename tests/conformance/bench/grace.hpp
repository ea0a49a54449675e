#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "tests/conformance/process/patience.hpp"

namespace parley::conform {

/// What is left to a server in all cases but the one that asks for it. Belongs to one thread.
///
/// One that writes REGISTERED a moment before it enters the user gets time (R4.7): nothing that builds on a
/// registration is sent until it is over. One whose reports lack their line end (F1.1) is understood.
class Grace {
 public:
  Grace(std::chrono::milliseconds ready_time, IsAtRest is_at_rest)
      : ready_time_(ready_time), is_at_rest_(std::move(is_at_rest)) {}

  /// REGISTERED has come for this name.
  void begin(std::string_view name);

  /// Waits before these bytes are sent, if they build on a registration: all do, but a REGISTER for a name
  /// of which nothing is registered. None are the end of the stream.
  void wait_before(std::string_view bytes);

  /// What is registered by now is taken to be ready.
  void end() { ready_at_.clear(); }

  /// A report has come, and no line end behind it for a while: the next one need not be waited for so long.
  void note_report_without_line_end() { reports_lack_line_ends_ = true; }
  bool reports_lack_line_ends() const { return reports_lack_line_ends_; }

 private:
  using Clock = std::chrono::steady_clock;

  void wait_until(Clock::time_point ready_at) const;

  const std::chrono::milliseconds ready_time_;
  const IsAtRest is_at_rest_;
  std::map<std::string, Clock::time_point> ready_at_;  // by folded name
  bool reports_lack_line_ends_ = false;
};

}  // namespace parley::conform
