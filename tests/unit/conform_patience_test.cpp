// Whoever waits for a program waits for one that a busy machine gives little of the processor.
#include "tests/conformance/process/patience.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/conformance/bench/exchanges.hpp"
#include "tests/conformance/process/process_family.hpp"

namespace parley::conform {
namespace {

using std::chrono::milliseconds;

/// Wants the processor until somebody has looked so many times; each look finds that it has worked so much.
struct Worker {
  int looks_until_rest;
  milliseconds work_in_a_look;
  int looks = 0;

  IsAtRest rest() {
    return {[this] { return ++looks > looks_until_rest; }, [this] { return looks * work_in_a_look; }};
  }
};

constexpr int many_looks = 1'000'000;

TEST_CASE("a program that gets little of the processor is given more of the clock, within bounds") {
  constexpr milliseconds longest{100};
  Worker starved{15, milliseconds{1}};
  wait_until_at_rest(starved.rest(), longest);
  CHECK(starved.looks == 16);
  Worker kept{many_looks, milliseconds{0}};
  wait_until_at_rest(kept.rest(), longest);
  CHECK(kept.looks < 1'000);
}

TEST_CASE("one that works without end is not") {
  constexpr milliseconds longest{20};
  Worker endless{many_looks, milliseconds{40}};
  wait_until_at_rest(endless.rest(), longest);
  CHECK(endless.looks < 15);
}

TEST_CASE("where nobody can tell how much it works the clock counts") {
  int looks = 0;
  wait_until_at_rest(IsAtRest([&] { return ++looks > many_looks; }), milliseconds{20});
  CHECK(looks < 15);
}

/// Three windows, or as many as there are, of a program that never rests.
std::string work_of(milliseconds in_each_window, int& windows) {
  milliseconds used{0};
  return endless_work([&] { return used; },
                      [&](milliseconds) {
                        ++windows;
                        used += in_each_window;
                        return false;
                      });
}

TEST_CASE("who has got no processor has not worked without end") {
  int windows = 0;
  CHECK(work_of(milliseconds{300}, windows) == "300 ms of processor time in each 300 ms");
  CHECK(windows == 3);
  windows = 0;
  CHECK(work_of(milliseconds{30}, windows) == "30 ms of processor time in each 300 ms");
  CHECK(windows == 8);
  CHECK(work_of(milliseconds{0}, windows).empty());
}

TEST_CASE("a program that is stopped does not rest") {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::raise(SIGSTOP);
    for (;;) ::pause();
  }
  int status = 0;
  REQUIRE(::waitpid(pid, &status, WUNTRACED) == pid);
  CHECK(!is_family_at_rest(pid));
  ::kill(pid, SIGKILL);
  ::waitpid(pid, &status, 0);
}

TEST_CASE("an exchange lasts from its SEND to its answer, and what lies in it is another one") {
  using std::chrono::seconds;
  Exchanges exchanges;
  const auto begin = Exchanges::Clock::now();
  exchanges.begin();
  CHECK(exchanges.longest_by(begin - seconds{1}) == milliseconds{0});
  exchanges.begin();
  exchanges.end(begin + seconds{100});
  CHECK(exchanges.longest_by(begin + seconds{500}) > seconds{400});  // the first has no answer
  exchanges.end(begin + seconds{200});
  CHECK(exchanges.longest_by(begin + seconds{500}) < seconds{201});
  exchanges.stop_counting();
  exchanges.begin();
  CHECK(exchanges.longest_by(begin + seconds{900}) < seconds{201});
}

}  // namespace
}  // namespace parley::conform
