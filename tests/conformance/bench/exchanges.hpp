#pragma once

#include <chrono>
#include <optional>
#include <vector>

namespace parley::conform {

/// How long the server under test has had to do with each SEND. It gives a recipient little time, or all of
/// an exchange (D1.8), some a second: on a machine that is slow an exchange may end otherwise than the suite
/// wanted, and nobody is late by much at once. Belongs to one thread.
class Exchanges {
 public:
  using Clock = std::chrono::steady_clock;

  /// A SEND leaves the suite.
  void begin();

  /// The answer to one came at that moment: to the last that has none, for exchanges lie in each other.
  void end(Clock::time_point answered);

  /// From here on they are slow on purpose.
  void stop_counting() { is_counting_ = false; }

  /// How long the longest has lasted by that moment.
  std::chrono::milliseconds longest_by(Clock::time_point moment) const;

 private:
  struct Exchange {
    Clock::time_point sent;
    std::optional<Clock::time_point> answered;
  };

  std::vector<Exchange> exchanges_;
  bool is_counting_ = true;
};

}  // namespace parley::conform
