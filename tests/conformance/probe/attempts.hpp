#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace parley::conform {

/// What may stand behind the line of a REGISTER, the likeliest first.
inline constexpr std::string_view register_ends[] = {"\n\n", "\n \n", " \n \n", "\r\n\r\n", "\n"};

/// Ways of speaking that are tried on a program, until the time for all of them is used up. Any thread.
class Attempts {
 public:
  /// How many of them may be tried at the same time, each on a program of its own.
  explicit Attempts(std::size_t at_once);

  bool are_several() const { return at_once_ > 1; }

  /// What has gone wrong in `act`, which is a case; nothing when it has passed. It is not begun when the time
  /// is over. Throws std::system_error when the machine is short of something.
  std::optional<std::string> problem_in(const std::function<void()>& act) const;

  /// Which of so many passes, the first of those that do; none when none does. `passes` may be called by
  /// several threads at the same time, each time with another number, and not for those behind one that has
  /// passed; where one is tried at a time, by the calling thread.
  std::optional<std::size_t> first_that_passes(std::size_t count,
                                               const std::function<bool(std::size_t)>& passes) const;

 private:
  const std::size_t at_once_;
  const std::chrono::steady_clock::time_point until_;
};

}  // namespace parley::conform
