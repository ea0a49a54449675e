#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "server/net/lookout.hpp"
#include "tests/unit/connected_pair.hpp"

namespace parley {
namespace {

using namespace std::chrono_literals;
using Clock = Connection::Clock;

/// How many the watchdog looks at then; the next look at the same ones is an hour later.
int look(Lookout& lookout, Clock::time_point now) {
  int count = 0;
  lookout.look(now, now + 1h, [&](Connection&) { ++count; });
  return count;
}

TEST_CASE("nobody looks at a connection without a deadline") {
  test::ConnectedPair pair;
  CHECK(look(pair.lookout(), Clock::now() + 24h) == 0);
}

TEST_CASE("a connection is looked at when the first of its deadlines has come, not before") {
  test::ConnectedPair pair;
  const auto now = Clock::now();
  pair.connection()->set_deadline(Deadline::frame, now + 30s);
  CHECK(look(pair.lookout(), now) == 0);
  SUBCASE("a later one changes nothing") {
    pair.connection()->set_deadline(Deadline::progress, now + 40s);
    CHECK(look(pair.lookout(), now + 30s - 1ns) == 0);
    CHECK(look(pair.lookout(), now + 30s) == 1);
  }
  SUBCASE("an earlier one counts, also when a look was to come later") {
    pair.connection()->set_deadline(Deadline::more, now + 1s);
    CHECK(look(pair.lookout(), now + 1s) == 1);
  }
  SUBCASE("it is looked at again for the next one") {
    CHECK(look(pair.lookout(), now + 30s) == 1);
    pair.connection()->clear_deadline(Deadline::frame);
    pair.connection()->set_deadline(Deadline::send, now + 50s);
    CHECK(look(pair.lookout(), now + 49s) == 0);
    CHECK(look(pair.lookout(), now + 50s) == 1);
  }
  SUBCASE("one that was cleared is forgotten at the time at which it was known to come") {
    pair.connection()->clear_deadline(Deadline::frame);
    (void)look(pair.lookout(), now + 30s);
    CHECK(look(pair.lookout(), now + 24h) == 0);
  }
  SUBCASE("once it finishes, only what counts then does") {
    pair.connection()->finish({});
    CHECK(pair.connection()->deadline(Deadline::linger) < Clock::time_point::max());
    CHECK(look(pair.lookout(), pair.connection()->deadline(Deadline::linger)) == 1);
  }
}

TEST_CASE("who was woken is looked at until it is awake") {
  test::ConnectedPair pair;
  const auto now = Clock::now();
  pair.connection()->wake();
  CHECK(look(pair.lookout(), now) == 1);
  CHECK(look(pair.lookout(), now + 1h) == 1);
  CHECK(pair.connection()->take_wake());
  (void)look(pair.lookout(), now + 2h);
  CHECK(look(pair.lookout(), now + 24h) == 0);
}

TEST_CASE("what is closed is let go at the next look") {
  test::ConnectedPair pair;
  const std::weak_ptr<Connection> connection = pair.connection();
  const long holders = connection.use_count();
  pair.connection()->set_deadline(Deadline::sign_on, Clock::now() + 1h);
  (void)look(pair.lookout(), Clock::now());
  CHECK(connection.use_count() == holders + 1);
  pair.connection()->close();
  CHECK(look(pair.lookout(), Clock::now()) == 0);
  CHECK(connection.use_count() == holders);
}

TEST_CASE("no deadline is lost while several threads set theirs and the watchdog looks") {
  constexpr int rounds = 300;
  test::ConnectedPair pair;
  Connection& connection = *pair.connection();
  std::atomic<int> acted{0};
  std::atomic<bool> is_over{false};
  std::thread watchdog([&] {
    while (!is_over)
      pair.lookout().look(Clock::now(), Clock::now() + 1ms, [&](Connection&) {
        if (!connection.passed_deadline(Clock::now())) return;
        for (const Deadline kind : {Deadline::answer, Deadline::send})
          if (connection.deadline(kind) <= Clock::now()) {
            connection.clear_deadline(kind);
            ++acted;
          }
      });
  });
  const auto converse = [&](Deadline kind) {
    for (int i = 0; i < rounds; ++i) {
      for (const auto later : {3h, 2h, 1h}) connection.set_deadline(kind, Clock::now() + later);
      connection.set_deadline(kind, Clock::now());
      const auto bound = Clock::now() + 30s;
      while (connection.deadline(kind) != Clock::time_point::max() && Clock::now() < bound)
        std::this_thread::yield();
      if (connection.deadline(kind) != Clock::time_point::max()) return;  // lost: too few are acted on
    }
  };
  std::thread other(converse, Deadline::answer);
  converse(Deadline::send);
  other.join();
  is_over = true;
  watchdog.join();
  CHECK(acted == 2 * rounds);
}

}  // namespace
}  // namespace parley
