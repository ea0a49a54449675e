#pragma once

#include <cstddef>
#include <functional>
#include <semaphore>

#include "tests/conformance/process/patience.hpp"

namespace parley::conform {

/// Lets few programs start at a time. To start is what most of them use the processor for, and a machine may
/// have many more that only wait than it could start within anybody's patience. Any thread.
class StartGate {
 public:
  explicit StartGate(std::size_t starts_at_once) : places_(static_cast<std::ptrdiff_t>(starts_at_once)) {}

  /// Waits for a place and calls `start`, which starts a program and says how to see that it rests. The place
  /// is free again when it does, or after 5 s.
  void start(const std::function<IsAtRest()>& start);

 private:
  std::counting_semaphore<> places_;
};

/// At once where there is no gate.
void start_through(StartGate* gate, const std::function<IsAtRest()>& start);

}  // namespace parley::conform
