#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/conformance/command/hidden_places.hpp"
#include "tests/conformance/command/submission.hpp"
#include "tests/conformance/grade/again.hpp"
#include "tests/conformance/process/memory_watch.hpp"
#include "tests/conformance/process/private_copy.hpp"
#include "tests/conformance/report/class_matrix.hpp"

namespace parley::conform {

/// Why nothing of a program was tried, or not all.
struct Obstacle {
  ProgramOutcome outcome = ProgramOutcome::judged;  ///< judged: there is none
  std::string sentence{};
  explicit operator bool() const { return outcome != ProgramOutcome::judged; }
};

/// What a program has come to.
struct Judged {
  ClassRow row;
  std::string not_written;  ///< of its reports, a sentence part; empty when all are there
};

/// Builds what was handed in, where it is kept apart on a copy, and judges its programs. What it throws is
/// the fault of the machine, or of the suite. Belongs to one thread.
class SubmissionJudge {
 public:
  /// Why it is not built, a sentence; empty when it is.
  using Build = std::function<std::string(const std::string& command, const Confinement& confinement)>;

  /// `submission` must outlive it. A submission that cannot be used, copied or built is an obstacle to each
  /// of its programs, and no exception.
  SubmissionJudge(const Submission& submission, const Options& options, const Build& build);

  /// Writes the reports, whose names begin with `stem`. `before`: why it is the second time.
  Judged judge(const SubmittedProgram& program, const std::string& stem, Again before) const;

  bool works_on_copy() const { return copy_.has_value(); }

  /// What no text about it shows.
  std::vector<HiddenPlace> places() const;

 private:
  void prepare(const Build& build);

  const Submission& submission_;
  Options options_;
  Obstacle obstacle_;
  std::optional<MemoryWatch> memory_;
  std::optional<PrivateCopy> copy_;
};

/// "server" or "client".
std::string half_of(const SubmittedProgram& program);

}  // namespace parley::conform
