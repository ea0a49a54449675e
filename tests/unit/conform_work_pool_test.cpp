#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <stdexcept>

#include "tests/conformance/process/work_pool.hpp"

namespace parley::conform {
namespace {

bool never() {
  return false;
}

TEST_CASE("as many are at work as there are workers") {
  constexpr std::size_t workers = 4;
  std::barrier<> all_are_there(workers);  // nobody passes it alone
  std::atomic<int> done = 0;
  work_in_parallel(
      workers, std::vector<bool>(2 * workers, false),
      [&](std::size_t) {
        all_are_there.arrive_and_wait();
        ++done;
      },
      never);
  CHECK(done == 2 * workers);
}

TEST_CASE("of those that must be alone one is at work, beside others") {
  constexpr std::size_t items = 200;
  std::vector<bool> is_alone(items);
  for (std::size_t i = 0; i < items; ++i) is_alone[i] = i % 2 == 0;
  std::atomic<int> alone = 0;
  std::atomic<int> most_alone = 0;
  std::vector<std::atomic<int>> times(items);
  work_in_parallel(
      8, is_alone,
      [&](std::size_t item) {
        ++times[item];
        if (!is_alone[item]) return;
        most_alone = std::max(most_alone.load(), ++alone);
        --alone;
      },
      never);
  CHECK(most_alone == 1);
  CHECK(std::ranges::all_of(times, [](const auto& count) { return count == 1; }));
}

TEST_CASE("one that must be alone does not hold up the others") {
  std::atomic<bool> other_is_done = false;
  work_in_parallel(
      2, {true, true, false},
      [&](std::size_t item) {
        if (item == 2) {
          other_is_done = true;
          other_is_done.notify_all();
        }
        if (item == 0) other_is_done.wait(false);
      },
      never);
  CHECK(other_is_done);
}

TEST_CASE("nothing is begun once it is over, or one has thrown") {
  std::atomic<int> begun = 0;
  work_in_parallel(
      2, std::vector<bool>(50, false), [&](std::size_t) { ++begun; }, [&] { return begun > 0; });
  CHECK(begun <= 2);
  begun = 0;
  const auto fail = [&](std::size_t) {
    ++begun;
    throw std::runtime_error("the disk is full");
  };
  CHECK_THROWS_WITH(work_in_parallel(2, std::vector<bool>(50, false), fail, never), "the disk is full");
  CHECK(begun <= 2);
}

TEST_CASE("there is always a place to judge in") {
  CHECK(default_submissions_at_once() >= 1);
  CHECK(default_submissions_at_once() <= 64);
  work_in_parallel(
      0, {}, [](std::size_t) {}, never);
}

}  // namespace
}  // namespace parley::conform
