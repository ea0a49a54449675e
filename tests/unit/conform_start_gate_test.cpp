#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/conformance/process/start_gate.hpp"

namespace parley::conform {
namespace {

TEST_CASE("no more programs than that start at a time") {
  StartGate gate(2);
  std::atomic<int> starting = 0;
  std::atomic<int> most = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i)
      threads.emplace_back([&] {
        gate.start([&] {
          most = std::max(most.load(), ++starting);
          return [&starting, looks = 0]() mutable {
            if (++looks == 3) --starting;
            return true;
          };
        });
      });
  }
  CHECK(starting == 0);
  CHECK(most <= 2);
}

TEST_CASE("a place is free again when nothing could be started") {
  StartGate gate(1);
  CHECK_THROWS(gate.start([]() -> IsAtRest { throw std::runtime_error("no process"); }));
  bool is_started = false;
  gate.start([&]() -> IsAtRest {
    is_started = true;
    return [] { return true; };
  });
  CHECK(is_started);
}

TEST_CASE("where there is no gate nothing is waited for") {
  bool is_started = false;
  start_through(nullptr, [&]() -> IsAtRest {
    is_started = true;
    return [] { return false; };
  });
  CHECK(is_started);
}

}  // namespace
}  // namespace parley::conform
