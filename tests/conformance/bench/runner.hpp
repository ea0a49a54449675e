#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/bench/settings.hpp"
#include "tests/conformance/model/verdict.hpp"

namespace parley::conform {

/// A case as the runner sees it, whatever it judges.
struct Job {
  std::string_view id;
  std::string_view clause_id;
  std::string_view title;
  std::vector<std::string_view> needs;
  std::string_view hint;
  bool is_essential = false;  ///< without it those that need it are not even tried
  bool is_broadcast = false;  ///< begins on a program that only such as it have used
  bool leaves_early = false;  ///< but not on one that such as this has used
  std::size_t number = 0;     ///< among all cases, selected or not: makes user names and seeds
  std::map<std::string_view, Without>
      lacking{};                  ///< essential cases that failed, and that it is tried without
  bool is_after_silence = false;  ///< it is tried again, and to the first try the program said nothing at all
  bool is_optional = false;       ///< about something that a program need not have

  bool is_lacking(std::string_view essential) const { return lacking.contains(essential); }
};

/// Runs cases against one program, one at a time. Each worker of the runner has one. Belongs to one thread.
class Bench {
 public:
  virtual ~Bench() = default;

  /// Makes sure that the program is there for this case. Otherwise says in a sentence why it is not.
  virtual std::optional<std::string> prepare(const Job& job) = 0;

  /// Tries the case; throws CaseFailed when it fails, CaseNotOffered when the program has not what it is
  /// about.
  virtual void run(const Job& job, Transcript& transcript) = 0;

  /// After a case that failed, or that is tried again: what became of the program, as a sentence part for the
  /// report; empty when it goes on as if nothing had been. The next case gets a program that is in order,
  /// where that can be had.
  virtual std::string recover() { return {}; }

  /// How long a part of the program was kept from the processor that it wanted, in a case that failed or in
  /// which it did not come up.
  virtual std::chrono::milliseconds lateness_of_program() const { return {}; }

  /// What the program has used of the processor in a case that failed.
  virtual std::chrono::milliseconds work_of_program() const { return {}; }

  /// The first case that used the program of the next one; empty when that will be the first.
  virtual std::string_view used_since() const { return {}; }
};

class LatenessMeter;

struct RunOptions {
  std::size_t jobs = 1;
  std::size_t jobs_in_vain = 0;  ///< more of them, for cases whose need has failed: these mostly wait in vain
  std::size_t tries = 3;         ///< at most, of a case that fails
  std::chrono::milliseconds budget{0};         ///< for the whole run; 0: no limit
  const Interruption* interruption = nullptr;  ///< when it comes, what has not been decided is not run
  std::function<void(const std::vector<Result>& results, std::size_t decided)>
      progress;                             ///< any thread, one at a time
  const LatenessMeter* lateness = nullptr;  ///< as in Settings
  bool is_alone = true;
};

/// A try that has not passed, and in which the suite or the program was late, does not count: it is made
/// again when the machine is quiet, or at last when it is not. Throws MachineTooBusy when none was in time;
/// where the program is alone, and the machine is busy only while it runs or by its work, its tries count.
///
/// Runs every job, each after those that it needs, on as many benches as there may be jobs at a time. One
/// that fails is tried again on a program of its own, and has failed when two of three tries fail, or when it
/// fails only behind other cases, after its set-up. When one that it needs has failed in every try or was
/// skipped, a case passes or is skipped, but never fails; it is not even tried when that one is essential and
/// its Failure does not say that it can be done without. An optional one that needs something else which has
/// not passed is not offered, for whether it would be cannot be told. Needs that are not among the jobs count
/// as passed. The results are in the order of the jobs, and the same for any number of workers.
std::vector<Result> run_jobs(const std::vector<Job>& jobs,
                             const std::function<std::unique_ptr<Bench>()>& make_bench,
                             const RunOptions& options);

}  // namespace parley::conform
