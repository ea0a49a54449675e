#include "tests/conformance/grade/grade.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "tests/conformance/command/locked_output_folder.hpp"
#include "tests/conformance/command/requested_reports.hpp"
#include "tests/conformance/command/selection.hpp"
#include "tests/conformance/command/subjects.hpp"
#include "tests/conformance/grade/grading_run.hpp"
#include "tests/conformance/process/work_pool.hpp"
#include "tests/conformance/report/report_names.hpp"

namespace parley::conform {
namespace {

/// A mistake in the command line is told before anything is built. Throws BadInput.
void check_selection(Options options) {
  std::vector<Job> jobs;
  for (const Task task : {Task::judge_server, Task::judge_client}) {
    options.task = task;
    options.list = true;  // nothing is to be started
    const auto half = make_subject(options).jobs;
    jobs.insert(jobs.end(), half.begin(), half.end());
  }
  if (select(jobs, options.only, options.exclude, options.least_level).empty()) throw BadInput{nothing_left};
  if (!options.weights_file.empty()) (void)read_weights(options.weights_file, jobs);
  if (!options.expect_fail_file.empty()) (void)read_ids(options.expect_fail_file, jobs);
}

/// Whether no other one for which this is true may be judged at the same time: outside of sandboxes a port is
/// everybody's, and whatever runs as the account for submissions is ended after each.
bool takes_turns(const Submission& submission, const Options& options) {
  if (options.confinement.is_sandboxed) return false;
  return options.confinement.account || !options.ports.empty() ||
         std::ranges::any_of(submission.programs, [](const SubmittedProgram& program) {
           return !program.ports.empty() || program.start.find("{port}") == std::string::npos;
         });
}

std::vector<ClassEntry> entries_of(std::vector<Submission> submissions) {
  std::vector<ClassEntry> entries;
  std::vector<std::string> folders;
  std::size_t rows = 0;
  for (Submission& submission : submissions) {
    if (submission.programs.empty()) submission.programs.emplace_back();  // the row that tells why
    folders.push_back(submission.folder.filename());
    const std::size_t count = submission.programs.size();
    entries.push_back({std::move(submission), {}, rows});
    rows += count;
  }
  const auto names = report_names(folders);
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i].name = names[i];
  return entries;
}

ExitCode exit_code_of(const GradingRun& run, const Options& options) {
  const std::string what = run.not_written();
  if (run.has_faults()) {
    if (!what.empty()) std::cerr << "parley-conform: " << what << '\n';
    return ExitCode::suite_at_fault;
  }
  if (!what.empty() && !has_come(options.settings.interruption)) throw NotWritten{what};
  return run.all_passed() ? ExitCode::all_must_passed : ExitCode::some_failed;
}

}  // namespace

ExitCode grade(Options options) {
  check_selection(options);
  auto submissions = read_submissions(options);
  const LockedOutputFolder reports(options);
  const std::filesystem::path& folder = reports.path();
  options.confinement.hidden = {std::filesystem::canonical(options.folder),
                                std::filesystem::canonical(folder)};
  options.shows_progress = false;
  const auto entries = entries_of(std::move(submissions));
  if (options.resume && !options.confinement.is_kept_apart())
    std::cerr << "parley-conform: --resume without --sandbox or --user trusts reports that the submissions "
                 "could write\n";

  // Beside others one needs more time than alone, at most as much more as they share a core.
  const auto budget_alone = options.settings.budget;
  const std::size_t sharing = std::min(options.jobs, entries.size());
  options.settings.budget *=
      static_cast<std::chrono::milliseconds::rep>(std::max<std::size_t>(1, sharing / cores()));

  GradingRun run(options, budget_alone, entries);
  std::vector<bool> is_alone;
  for (const ClassEntry& entry : entries) is_alone.push_back(takes_turns(entry.submission, options));
  work_in_parallel(
      options.jobs, is_alone, [&](std::size_t i) { run.judge(entries[i]); },
      [&] { return has_come(options.settings.interruption); });
  for (const ClassEntry& entry : entries) run.judge_again(entry);
  run.finish();
  run.tell("The class: " + (folder / "class.html").string() + ", lecture.html and class.csv beside it\n");
  return exit_code_of(run, options);
}

}  // namespace parley::conform
