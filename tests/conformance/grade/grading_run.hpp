#pragma once

#include <chrono>
#include <cstddef>
#include <semaphore>
#include <string>
#include <vector>

#include "tests/conformance/command/submission.hpp"
#include "tests/conformance/grade/again.hpp"
#include "tests/conformance/grade/class_results.hpp"
#include "tests/conformance/grade/fingerprint.hpp"
#include "tests/conformance/grade/submission_judge.hpp"
#include "tests/conformance/process/start_gate.hpp"

namespace parley::conform {

/// A submission, and its place in the class.
struct ClassEntry {
  Submission submission;  ///< with a program at least, which may be only the row that tells why there is none
  std::string name{};     ///< begins the names of its reports
  std::size_t first_row = 0;  ///< its programs' rows follow each other

  /// Of the reports of one of its programs.
  std::string stem_of(std::size_t program) const {
    return name + '-' + half_of(submission.programs[program]);
  }
};

/// What all the threads that judge a class have in common.
class GradingRun {
 public:
  /// `budget_alone`: for a program beside which no other is judged. The options and the entries must outlive
  /// it. Throws BadInput when the reports' folder cannot be written to.
  GradingRun(const Options& options, std::chrono::milliseconds budget_alone,
             const std::vector<ClassEntry>& entries);

  /// Any thread.
  void judge(const ClassEntry& entry);

  /// When nothing else is judged any more: those of its programs that have had no fair turn beside others.
  void judge_again(const ClassEntry& entry);

  /// When nobody judges any more: tells of what was not judged.
  void finish();

  /// Whether there is a program that has no verdict, by the fault of the machine or of the suite.
  bool has_faults() const;

  /// Whether every program was judged, and has passed all that it must.
  bool all_passed() const { return results_.all_passed(); }

  void tell(const std::string& line) { results_.tell(line); }

  /// When all is done: what could not be written; empty when everything was.
  std::string not_written() const { return results_.not_written(); }

 private:
  /// What of an entry is judged in one go.
  struct Turn {
    const ClassEntry& entry;
    std::vector<std::size_t> programs;
    Fingerprint found;  // of its folder, before
    bool is_alone = false;
  };

  void take(const Turn& turn);
  void judge_programs(const Turn& turn, const SubmissionJudge& judge);
  void note_fault(const ClassEntry& entry, std::size_t program, const std::vector<HiddenPlace>& places,
                  const std::exception& fault);
  std::string build_in_turn(const std::string& command, const Confinement& confinement);
  Fingerprint run_of(const SubmittedProgram& program) const;
  bool is_interrupted() const { return has_come(options_.settings.interruption); }

  const Options& options_;
  const std::chrono::milliseconds budget_alone_;
  const bool is_shared_;  // by several that are judged at the same time
  std::string why_not_resumed_;
  const Fingerprint run_;
  ClassResults results_;
  std::vector<Again> again_;  // of each row, whose submission's thread writes it
  StartGate starts_;
  std::counting_semaphore<> builds_;  // compilers do not wait: with more at once each would take longer
};

}  // namespace parley::conform
