#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/file_descriptor.hpp"
#include "tests/conformance/command/options.hpp"
#include "tests/conformance/process/private_copy.hpp"

namespace parley::conform {

/// What a run came to, in words for a screen; every text is without control characters, and UTF-8.
struct RunSummary {
  struct Cause {
    std::string sentence;
    std::string cases;
  };
  std::string problem;               ///< nothing was tried: why
  std::vector<std::string> printed;  ///< by the build that failed
  std::size_t passed = 0;
  std::vector<std::string> to_mend;  ///< ids of a MUST or SHOULD that failed; the first to mend is the first
  std::vector<std::string> untried;  ///< ids
  std::size_t failed_mays = 0;
  std::vector<Cause> causes;
  std::vector<std::string> failure;   ///< of the first to mend: what it shows
  std::vector<std::string> exchange;  ///< and what went over the wire
  std::chrono::milliseconds duration{0};

  bool is_all_right() const { return problem.empty() && to_mend.empty() && untried.empty(); }
};

/// A run of the suite in a process of its own, so that it can be ended in its midst with all that it has
/// started. Belongs to one thread, the only one of this process.
class WatchRun {
 public:
  enum class Phase { builds, tries };
  struct Progress {
    std::size_t done = 0, total = 0, failed = 0;
  };

  /// Begins: these cases, or all that the options name. The program works on a new copy of the folder when it
  /// is to be kept apart. Throws BadInput, std::system_error.
  WatchRun(const Options& options, std::vector<std::string> only);
  /// Ends it.
  ~WatchRun();
  WatchRun(const WatchRun&) = delete;
  WatchRun& operator=(const WatchRun&) = delete;

  /// Readable when there is something for read().
  int descriptor() const { return pipe_.get(); }
  /// Takes what there is; the summary when it is done.
  std::optional<RunSummary> read();

  Phase phase() const { return phase_; }
  const Progress& progress() const { return progress_; }
  bool is_of_everything() const { return only_.empty(); }
  std::chrono::milliseconds age() const;

 private:
  void take(const std::string& line);
  void end();

  const std::vector<std::string> only_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  Confinement confinement_;
  std::optional<PrivateCopy> copy_;
  FileDescriptor pipe_;
  pid_t child_ = -1;
  std::string unread_;
  Phase phase_ = Phase::builds;
  Progress progress_;
  RunSummary summary_;
};

}  // namespace parley::conform
