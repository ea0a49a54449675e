#include "tests/conformance/process/start_gate.hpp"

#include <chrono>
#include <memory>
#include <thread>

namespace parley::conform {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds gate_look_interval{5};
constexpr int looks_at_rest = 3;  // one of them may catch it between two steps
constexpr milliseconds longest_start{5'000};

void wait_until_started(const IsAtRest& is_at_rest) {
  const auto deadline = std::chrono::steady_clock::now() + longest_start;
  for (int at_rest = 0; at_rest < looks_at_rest && std::chrono::steady_clock::now() < deadline;) {
    std::this_thread::sleep_for(gate_look_interval);
    at_rest = is_at_rest() ? at_rest + 1 : 0;
  }
}

}  // namespace

void StartGate::start(const std::function<IsAtRest()>& start) {
  places_.acquire();
  const auto leave = [](std::counting_semaphore<>* places) { places->release(); };
  const std::unique_ptr<std::counting_semaphore<>, decltype(leave)> place(&places_, leave);
  wait_until_started(start());
}

void start_through(StartGate* gate, const std::function<IsAtRest()>& start) {
  if (gate == nullptr)
    (void)start();
  else
    gate->start(start);
}

}  // namespace parley::conform
