#include "server/cluster/transit.hpp"

#include <doctest/doctest.h>

namespace parley::cluster {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

/// A sender whose clock shows `offset_ms` more than this node's.
struct Way {
  std::int64_t measure(std::int64_t sent_ms, std::int64_t read_ms) {
    return transit.measure(sent_ms + offset_ms, Transit::Clock::time_point(milliseconds(read_ms))).count();
  }
  std::int64_t offset_ms;
  Transit transit{};
};

TEST_CASE("what is late is seen whatever the two clocks show") {
  for (const std::int64_t offset_ms :
       {std::int64_t{0}, std::int64_t{-123'456'789}, std::int64_t{987'654'321}}) {
    Way way{offset_ms};
    CHECK(way.measure(1'000'000, 1'000'005) == 0);
    CHECK(way.measure(1'000'100, 1'000'103) == 0);
    CHECK(way.measure(1'000'200, 1'000'204) == 1);
    CHECK(way.measure(1'000'300, 1'030'303) == 30'000);
    CHECK(way.measure(1'030'400, 1'030'403) == 0);
  }
}

TEST_CASE("clocks that run apart do not add up, as long as something comes now and then") {
  Way way{0};
  std::int64_t now_ms = 1'000'000;
  for (int minute = 0; minute < 24 * 60; ++minute) {
    now_ms += 60'000;
    way.offset_ms -= 60;  // a thousandth slow
    CHECK(way.measure(now_ms, now_ms + 2) <= 4 * 60);
  }
}

TEST_CASE("a clock of no sense harms nobody") {
  Transit transit;
  for (const std::int64_t sent_ms : {std::int64_t{INT64_MIN}, std::int64_t{INT64_MAX}, std::int64_t{0}})
    (void)transit.measure(sent_ms, Transit::Clock::time_point(minutes{5}));
}

}  // namespace
}  // namespace parley::cluster
