#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/function_ref.hpp"
#include "server/log_limit.hpp"
#include "server/logger.hpp"

namespace parley {

/// How many lines peers may cause in the log: each user, all users together, and together all peers that have
/// not signed on. Lines that are left out are counted; the next line that is written comes behind their
/// number. Any thread.
class PeerLog {
 public:
  /// A user comes, talks too early, leaves: a handful of lines, and some more for whoever is clumsy.
  static constexpr Rate rate_of_one{5, 30};
  /// Ten thousand users sign on and off at once; after that 25 KB a second.
  static constexpr Rate rate_of_users{200, 25'000};
  /// Enough to see who tries what.
  static constexpr Rate rate_of_newcomers{50, 500};

  explicit PeerLog(spdlog::logger& log) : log_(log) {}
  /// Logs how many were left out since the last lines.
  ~PeerLog();
  PeerLog(const PeerLog&) = delete;
  PeerLog& operator=(const PeerLog&) = delete;

  /// Whether a line about a peer that has not signed on may be written now, which is to follow then.
  bool take_newcomer_line();
  /// The same about a user. `own`: that user's limit; `label`: its name.
  bool take_user_line(LogLimit& own, FunctionRef<std::string()> label);

  /// How many lines have been left out so far.
  std::uint64_t left_out() const { return left_out_.load(std::memory_order_relaxed); }

  /// The user goes: logs how many were left out since its last line.
  void tell_rest(LogLimit& own, std::string_view label);

 private:
  bool leave_out();
  bool take(LogLimit& limit, std::string_view about, std::size_t lines);
  void tell(std::size_t left_out, std::string_view about) const;

  spdlog::logger& log_;
  std::atomic<std::uint64_t> left_out_{0};
  LogLimit users_{rate_of_users};
  LogLimit newcomers_{rate_of_newcomers};
};

}  // namespace parley
