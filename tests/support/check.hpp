#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

/// What every helper of the tests needs: deadlines, and failures that say where and what.
namespace parley::test {

using std::chrono::milliseconds;

/// The time scaled for slow builds (sanitizers: five times; PARLEY_TIME_SCALE in the environment overrides).
milliseconds scaled(milliseconds time);

/// The scaled time as programs take it on their command line: seconds with a fraction.
std::string seconds_option(milliseconds time);

/// How long a helper waits for what must happen: many times what is normal.
inline constexpr milliseconds patience{10'000};

/// A moment in the future, scaled.
class Deadline {
 public:
  explicit Deadline(milliseconds from_now = patience)
      : time_(std::chrono::steady_clock::now() + scaled(from_now)) {}

  bool has_passed() const { return std::chrono::steady_clock::now() >= time_; }

  /// For poll(): never negative, rounded up.
  int remaining_ms() const;

  std::chrono::steady_clock::time_point time() const { return time_; }

 private:
  std::chrono::steady_clock::time_point time_;
};

/// The line of the test that called a helper (clang 14 has no std::source_location).
struct Where {
  const char* file;
  int line;
  static Where here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) { return {file, line}; }
};

/// Ends the test case: throws std::runtime_error, "file:line: what".
[[noreturn]] void fail(Where where, const std::string& what);

/// Like fail(), for a system call that failed: appends what errno says.
[[noreturn]] void fail_errno(Where where, const std::string& what);

/// The bytes in quotes, everything unprintable escaped, long ones cut with their length told.
std::string escaped(std::string_view bytes);

/// Waits until `condition` holds, asking it every few milliseconds; fails with `what` at the deadline.
void wait_until(const std::function<bool()>& condition, const std::string& what,
                Deadline deadline = Deadline(), Where where = Where::here());

}  // namespace parley::test
