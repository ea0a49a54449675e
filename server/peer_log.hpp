#pragma once

#include <spdlog/logger.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "base/function_ref.hpp"
#include "server/log_limit.hpp"

namespace parley {

/// How many lines peers may cause in the log: each user, all users together, and together all peers that are
/// nobody yet. Those that are left out are counted, and told of with a line that is not. Any thread.
class PeerLog {
 public:
  /// A user comes, talks too early, leaves: a handful of lines, and some more for whoever is clumsy.
  static constexpr Rate rate_of_one{5, 30};
  /// All users of a full server at once, or a course that comes and goes all day.
  static constexpr Rate rate_of_users{200, 25'000};
  static constexpr Rate rate_of_newcomers{50, 500};

  explicit PeerLog(spdlog::logger& log) : log_(log) {}
  /// Tells of those that no line followed.
  ~PeerLog();
  PeerLog(const PeerLog&) = delete;
  PeerLog& operator=(const PeerLog&) = delete;

  /// Whether there may be a line now about somebody who is nobody yet.
  bool takes_line();
  /// The same about a user; `own`: that user's limit. `label` is asked when lines were left out.
  bool takes_line(LogLimit& own, FunctionRef<std::string()> label);

  /// A user goes, and no line follows.
  void tell_rest(LogLimit& own, std::string_view label);

 private:
  void tell(std::size_t left_out, std::string_view about) const;

  spdlog::logger& log_;
  LogLimit users_{rate_of_users};
  LogLimit newcomers_{rate_of_newcomers};
};

}  // namespace parley
