#include "tests/conformance/command/judge.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <random>
#include <utility>

#include "tests/conformance/command/repeat_command.hpp"
#include "tests/conformance/command/selection.hpp"
#include "tests/conformance/command/spoken.hpp"
#include "tests/conformance/command/visibility.hpp"
#include "tests/conformance/report/report.hpp"
#include "tests/conformance/report/report_console.hpp"

namespace parley::conform {
namespace {

using Clock = std::chrono::steady_clock;

std::size_t failures_in(const std::vector<Result>& results) {
  return static_cast<std::size_t>(std::ranges::count(results, Status::failed, &Result::status));
}

void show_progress(const std::vector<Result>& results, std::size_t decided) {
  print_progress(std::cerr, {decided, results.size(), failures_in(results), {}});
  if (decided == results.size()) clear_progress(std::cerr);
}

/// What the course says; the file overrides it.
std::map<std::string, int> weights_of(const Subject& subject, const Options& options) {
  std::map<std::string, int> weights;
  for (const auto& [pattern, weight] : options.course.weights)
    for (const Job& job : subject.jobs)
      if (stands_for(pattern, job)) weights[std::string(job.id)] = weight;
  if (options.weights_file.empty()) return weights;
  for (const auto& [id, weight] : read_weights(options.weights_file, subject.jobs)) weights[id] = weight;
  return weights;
}

std::vector<std::string> known_failures(const Subject& subject, const Options& options) {
  std::vector<std::string> ids;
  if (!options.expect_fail_file.empty()) ids = read_ids(options.expect_fail_file, subject.jobs);
  for (const auto& pattern : options.course.expected_failures)
    for (const Job& job : subject.jobs)
      if (stands_for(pattern, job)) ids.emplace_back(job.id);
  return ids;
}

/// What the course makes of each case.
class Terms {
 public:
  /// Throws BadInput when a file cannot be used.
  Terms(const Subject& subject, const Options& options)
      : subject_(subject),
        options_(options),
        weights_(weights_of(subject, options)),
        known_(known_failures(subject, options)) {}

  void apply(Report& report) const {
    // Of a program that never came up nothing is excused.
    const bool may_be_excused =
        options_.untried == Untried::skip && exit_code_of(report) != ExitCode::never_came_up;
    for (Result& result : report.results) {
      const auto weight = weights_.find(result.id);
      if (weight != weights_.end()) result.weight = weight->second;
      // What nobody has to do costs nobody anything, unless the course says so.
      if (weight == weights_.end() && clause_of(result).level == Level::may) result.weight = 0;
      const bool is_untried = result.status == Status::skipped || result.status == Status::not_run;
      if (is_untried && may_be_excused) result.weight = 0;
      result.expected_to_fail = std::ranges::find(known_, result.id) != known_.end();
      result.repeat_command = repeat_command(options_, result.id);
    }
    conform::apply(options_.visibility, subject_.jobs, report);
  }

 private:
  const Subject& subject_;
  const Options& options_;
  const std::map<std::string, int> weights_;
  const std::vector<std::string> known_;
};

std::vector<Job> selected_jobs(const Subject& subject, const Options& options) {
  auto jobs = select(subject.jobs, options.only, options.exclude, options.least_level);
  if (jobs.empty()) throw BadInput{nothing_left};
  return jobs;
}

/// They may have run in another order; people look for them in the order of the page.
void sort_results(Report& report, const std::vector<Job>& jobs) {
  std::ranges::sort(report.results, {}, [&](const Result& result) {
    return std::pair(result.clause, std::ranges::find(jobs, result.id, &Job::id));
  });
}

/// What the program need not have, and has not, is no part of what is counted.
void set_not_offered_apart(Report& report) {
  const auto is_absent = [](const Result& result) { return result.status == Status::not_offered; };
  std::ranges::copy_if(report.results, std::back_inserter(report.not_offered), is_absent);
  std::erase_if(report.results, is_absent);
}

}  // namespace

Report judge(const Subject& subject, const Options& options) {
  const auto jobs = selected_jobs(subject, options);
  const Terms terms(subject, options);
  auto order = jobs;
  if (options.ignore_needs)
    for (Job& job : order) job.needs.clear();
  if (options.shuffle_seed) std::ranges::shuffle(order, std::mt19937_64(*options.shuffle_seed));
  RunOptions run{options.workers(),       options.workers_in_vain(),     options.tries,
                 options.settings.budget, options.settings.interruption, {}};
  run.lateness = options.settings.lateness;
  run.is_alone = options.settings.is_alone;
  if (options.shows_progress && ::isatty(STDERR_FILENO) == 1) run.progress = show_progress;
  if (options.on_progress)
    run.progress = [&options](const std::vector<Result>& results, std::size_t decided) {
      options.on_progress(decided, results.size(), failures_in(results));
    };
  const auto begin = Clock::now();
  Report report{subject.name, PARLEY_VERSION, options.settings.seed, {}, {}};
  const auto run_in = [&](const std::vector<Job>& some, const Dialect& dialect) {
    Settings settings = options.settings;
    settings.dialect = dialect;
    if (run.budget.count() > 0) {
      const auto used = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
      run.budget = std::max(options.settings.budget - used, std::chrono::milliseconds{1});
    }
    return run_jobs(
        some, [&] { return subject.make_bench(settings); }, run);
  };
  report.results = run_in(order, options.settings.dialect);
  if (!options.ignore_needs)
    forgive_dialect(report.results, order, options.settings.dialect, subject, run_in);
  report.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  sort_results(report, jobs);
  set_not_offered_apart(report);
  terms.apply(report);
  return report;
}

Report untried(const Subject& subject, const Options& options, const std::string& problem) {
  auto jobs = selected_jobs(subject, options);
  // What it need not have is not missed.
  const auto is_optional = [](const Job& job) { return job.is_optional; };
  if (!std::ranges::all_of(jobs, is_optional)) std::erase_if(jobs, is_optional);
  Report report{subject.name, PARLEY_VERSION, options.settings.seed, {}, {}};
  report.problem = problem;
  for (const Job& job : jobs) {
    Result& result = report.results.emplace_back();
    result.id = job.id;
    result.title = job.title;
    result.clause = find_clause(job.clause_id);
    result.reason = "Nothing of the program could be tried.";
  }
  sort_results(report, jobs);
  report.results.front().reason = problem;  // where formats have nothing but cases it is told once, too
  Terms(subject, options).apply(report);
  return report;
}

ExitCode exit_code_of(const Report& report) {
  const auto totals = report.totals();
  if (report.results.empty() && !report.not_offered.empty()) return ExitCode::all_must_passed;
  if (totals.passed == 0 && totals.failed == 0) return ExitCode::never_came_up;
  return totals.all_must_passed ? ExitCode::all_must_passed : ExitCode::some_failed;
}

}  // namespace parley::conform
