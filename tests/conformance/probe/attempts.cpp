#include "tests/conformance/probe/attempts.hpp"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <vector>

#include "protocol/text.hpp"
#include "tests/conformance/bench/link.hpp"
#include "tests/conformance/process/shortage.hpp"
#include "tests/conformance/process/work_pool.hpp"

namespace parley::conform {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds longest_probe{30};
// Each may start a program: a machine is not to be filled with them, however many cases it may try at once.
constexpr std::size_t most_programs = 8;

}  // namespace

Attempts::Attempts(std::size_t at_once)
    : at_once_(std::clamp<std::size_t>(at_once, 1, most_programs)), until_(Clock::now() + longest_probe) {}

std::optional<std::string> Attempts::problem_in(const std::function<void()>& act) const {
  if (Clock::now() > until_) return "the time for all was used up";
  try {
    act();
    return std::nullopt;
  } catch (const CaseFailed& failed) {
    const Failure& failure = failed.failure;
    return failure.bytes.empty() ? failure.came : failure.came + ": \"" + visible(failure.bytes) + '"';
  } catch (const std::system_error& error) {
    if (is_shortage(error.code())) throw;  // of this machine: nothing is known of the program
    return error.what();
  }
}

std::optional<std::size_t> Attempts::first_that_passes(std::size_t count,
                                                       const std::function<bool(std::size_t)>& passes) const {
  if (!are_several()) {
    for (std::size_t number = 0; number < count; ++number)
      if (passes(number)) return number;
    return std::nullopt;
  }
  std::atomic<std::size_t> first{count};
  work_in_parallel(
      at_once_, std::vector<bool>(count, false),
      [&](std::size_t number) {
        if (!passes(number)) return;
        for (std::size_t known = first; number < known && !first.compare_exchange_weak(known, number);) {
        }
      },
      [&] { return first < count; });
  return first < count ? std::optional<std::size_t>(first) : std::nullopt;
}

}  // namespace parley::conform
