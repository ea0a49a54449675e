#include "tests/conformance/grade/grade.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <semaphore>
#include <thread>

#include "base/output.hpp"
#include "protocol/text.hpp"
#include "tests/conformance/command/hidden_places.hpp"
#include "tests/conformance/command/judge.hpp"
#include "tests/conformance/command/report_files.hpp"
#include "tests/conformance/command/reports_folder.hpp"
#include "tests/conformance/command/selection.hpp"
#include "tests/conformance/command/subjects.hpp"
#include "tests/conformance/command/submission.hpp"
#include "tests/conformance/grade/again.hpp"
#include "tests/conformance/grade/class_results.hpp"
#include "tests/conformance/grade/fingerprint.hpp"
#include "tests/conformance/process/build_step.hpp"
#include "tests/conformance/process/memory_watch.hpp"
#include "tests/conformance/process/private_copy.hpp"
#include "tests/conformance/process/start_gate.hpp"
#include "tests/conformance/process/whole_file.hpp"
#include "tests/conformance/process/work_pool.hpp"
#include "tests/conformance/report/report.hpp"
#include "tests/conformance/report/report_names.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t cases_at_once = 4;  // of one program
constexpr unsigned starts_for_each_core = 2;

/// Why nothing of a program was tried, or not all.
struct Obstacle {
  Outcome outcome = Outcome::judged;  ///< judged: there is none
  std::string sentence{};
  explicit operator bool() const { return outcome != Outcome::judged; }
};

std::string half_of(const SubmittedProgram& program) {
  return program.task == Task::judge_client ? "client" : "server";
}

/// As seen from the folder that the program is to be started in; of what is neither there nor beside it only
/// the name: where else the course keeps its files is not the student's to know.
std::string seen_from(const std::filesystem::path& folder, const std::string& file) {
  if (file.empty()) return file;
  const auto path = std::filesystem::absolute(file).lexically_normal();
  const auto beside = path.lexically_relative(folder.parent_path());
  return beside.empty() || *beside.begin() == ".." ? path.filename() : path.lexically_relative(folder);
}

/// Lines that repeat a case begin in the folder of the submissions.
void set_repeat_commands(Report& report, const std::filesystem::path& folder, Options options) {
  options.profile_file = seen_from(folder, options.profile_file);
  options.alternatives_file = seen_from(folder, options.alternatives_file);
  options.course_file = seen_from(folder, options.course_file);
  const std::string begin = "cd " + shell_quoted("./" + folder.filename().string()) + " && ";
  for (Result& result : report.results)
    result.repeat_command = options.command.empty() ? "" : begin + options.repeat_command(result.id);
}

/// Judges it, or makes a report of why nothing of it can be tried, which may show only now. Throws BadInput.
Report report_on(const SubmittedProgram& program, Options options, Obstacle& obstacle) {
  options.list = bool(obstacle);  // nothing is to be started then
  Subject subject = make_subject(options);
  if (program.start.empty()) subject.name = half_of(program);
  // The class may have both halves: what names a case of the other one is not for this one.
  const auto is_elsewhere = [&](const std::string& pattern) {
    return std::ranges::none_of(subject.jobs, [&](const Job& job) { return stands_for(pattern, job); });
  };
  const bool any = options.only.empty() || !std::ranges::all_of(options.only, is_elsewhere);
  if (!any) throw BadInput{"--only names no case for a " + half_of(program)};
  std::erase_if(options.only, is_elsewhere);
  std::erase_if(options.exclude, is_elsewhere);
  if (obstacle) return untried(subject, options, obstacle.sentence);
  Report report = judge(subject, options);
  const bool is_ended = has_come(options.settings.interruption);
  if (exit_code_of(report) == ExitCode::never_came_up) {
    obstacle = {is_ended ? Outcome::broken_off : Outcome::does_not_start, report.results.front().reason};
    return untried(subject, options, obstacle.sentence);
  }
  if (is_ended && report.totals().not_run > 0)
    obstacle = {Outcome::broken_off,
                "Not judged to its end: " + options.settings.interruption->reason() + '.'};
  return report;
}

/// What could not be written, a sentence part; empty when all was.
std::string write_program_reports(const Report& report, const std::filesystem::path& folder,
                                  const std::string& stem) {
  std::string problems;
  for (const ProgramReport& one : program_reports) {
    const auto format = std::ranges::find(report_formats(), std::string_view(one.format), &Format::name);
    const auto why =
        why_not_written(folder / (stem + one.ending), [&](std::ostream& out) { format->write(out, report); });
    if (!why.empty()) problems += (problems.empty() ? "" : "; ") + why;
  }
  return problems;
}

/// `name` begins the names of a submission's reports.
std::string stem_of(const std::string& name, const SubmittedProgram& program) {
  return name + '-' + half_of(program);
}

/// `before`: why it is the second time. `not_written`: what could not be written. What it throws is the fault
/// of the machine, or of the suite.
ClassRow judge_program(const Submission& submission, const SubmittedProgram& program, const std::string& stem,
                       Options options, Obstacle obstacle, const std::optional<PrivateCopy>& copy,
                       Again before, std::string& not_written) {
  ClassRow row{submission.name, half_of(program), {}, {}, {}, submission.folder.filename()};
  options.task = program.task;
  options.command = program.start;
  options.jobs = cases_at_once;
  options.profile_file = program.profile;
  options.profile_form = program.profile_form;
  if (!program.ports.empty()) options.ports = program.ports;
  std::ranges::copy(program.answers, std::back_inserter(options.course.answers));
  try {
    row.report = report_on(program, options, obstacle);
  } catch (const BadInput& bad) {
    obstacle = {Outcome::refused, bad.what};
  }
  if (row.report.results.empty()) {  // not with these options
    options.profile_file.clear();
    try {
      row.report = report_on(program, options, obstacle);
    } catch (const BadInput&) {
      // There is no case for it at all.
    }
  }
  if (copy && !row.report.totals().all_must_passed) copy->throw_if_no_room();
  const auto places = places_of(submission.folder, options.confinement.folder);
  row.outcome = obstacle.outcome;
  row.problem = without_places(obstacle.sentence, places);
  if (row.report.results.empty()) return row;
  row.report.remark = remark_on(before, row.report);
  row.report.name = row.submission;
  row.report.folder = row.folder;
  set_repeat_commands(row.report, submission.folder, options);
  hide_places(row.report, places);
  row.report_file = stem + ".html";
  not_written = write_program_reports(row.report, options.output_folder(), stem);
  return row;
}

/// A mistake in the command line is told before anything is built. Throws BadInput.
void check_selection(Options options) {
  std::vector<Job> jobs;
  for (const Task task : {Task::judge_server, Task::judge_client}) {
    options.task = task;
    options.list = true;  // nothing is to be started
    const auto half = make_subject(options).jobs;
    jobs.insert(jobs.end(), half.begin(), half.end());
  }
  (void)select(jobs, options.only, options.exclude, options.least_level);
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

unsigned cores() {
  return std::max(1U, std::thread::hardware_concurrency());
}

/// What all the threads that judge have in common.
class GradingRun {
 public:
  /// `budget_alone`: for a program beside which no other is judged.
  GradingRun(const Options& options, std::chrono::milliseconds budget_alone,
             const std::vector<Submission>& submissions)
      : options_(options),
        budget_alone_(budget_alone),
        is_shared_(options.jobs > 1 && submissions.size() > 1),
        run_(fingerprint_of_run(options)),
        results_(options.output_folder(), unjudged_rows(submissions)),
        again_(results_.size(), Again::no),
        starts_(starts_for_each_core * cores()),
        builds_(cores()) {}

  /// Any thread. `name` begins the names of its reports; its rows begin at `first_row`.
  void judge(const Submission& submission, const std::string& name, std::size_t first_row);

  /// When nothing else is judged any more: those of its programs that have had no fair turn beside others.
  void judge_again(const Submission& submission, const std::string& name, std::size_t first_row);

  /// When nobody judges any more: tells of what was not judged.
  void finish();

  /// Whether there is a program that has no verdict, by the fault of the machine or of the suite.
  bool has_faults() const { return std::ranges::count(again_, Again::no_verdict) > 0; }

  /// Whether every program was judged, and has passed all that it must.
  bool all_passed() const { return results_.all_passed(); }

  void tell(const std::string& line) { results_.tell(line); }

  /// When all is done: what could not be written; empty when everything was.
  std::string not_written() const { return results_.not_written(); }

 private:
  static std::vector<ClassRow> unjudged_rows(const std::vector<Submission>& submissions);
  Fingerprint run_of(const SubmittedProgram& program) const;
  void judge_programs(const Submission& submission, const std::string& name, std::size_t first_row,
                      const std::vector<std::size_t>& programs, const Fingerprint& found, bool is_alone);
  void note_fault(std::size_t row, const std::string& stem, const std::exception& fault);
  Obstacle build_in_turn(const Submission& submission, const Options& options);
  bool is_interrupted() const { return has_come(options_.settings.interruption); }

  const Options& options_;
  const std::chrono::milliseconds budget_alone_;
  const bool is_shared_;  // by several that are judged at the same time
  const Fingerprint run_;
  ClassResults results_;
  std::vector<Again> again_;  // of each row, whose submission's thread writes it
  StartGate starts_;
  std::counting_semaphore<> builds_;  // compilers do not wait: with more at once each would take longer
};

std::vector<ClassRow> GradingRun::unjudged_rows(const std::vector<Submission>& submissions) {
  std::vector<ClassRow> rows;
  for (const Submission& submission : submissions)
    for (const SubmittedProgram& program : submission.programs)
      rows.push_back({submission.name,
                      half_of(program),
                      {},
                      {},
                      "Not judged yet.",
                      submission.folder.filename(),
                      Outcome::not_judged_yet});
  return rows;
}

Fingerprint GradingRun::run_of(const SubmittedProgram& program) const {
  if (program.profile.empty()) return run_;
  FingerprintTaker with_profile;  // it may be outside of its folder
  with_profile.add(run_.digits);
  with_profile.add_file(program.profile);
  return with_profile.fingerprint();
}

Obstacle GradingRun::build_in_turn(const Submission& submission, const Options& options) {
  builds_.acquire();
  const std::unique_ptr<std::counting_semaphore<>, void (*)(std::counting_semaphore<>*)> place(
      &builds_, [](auto* builds) { builds->release(); });
  std::string why = why_not_built(submission.build, options.confinement, options.build_time,
                                  [this] { return is_interrupted(); });
  return why.empty() ? Obstacle{} : Obstacle{Outcome::does_not_build, std::move(why)};
}

void GradingRun::judge(const Submission& submission, const std::string& name, std::size_t first_row) {
  const Fingerprint found = fingerprint_of_folder(submission.folder);
  std::vector<std::size_t> left_to_judge;
  for (std::size_t i = 0; i < submission.programs.size(); ++i) {
    const SubmittedProgram& program = submission.programs[i];
    auto row =
        options_.resume ? results_.recorded(stem_of(name, program), run_of(program), found) : std::nullopt;
    if (row)
      results_.set(first_row + i, std::move(*row), " (judged before)");
    else
      left_to_judge.push_back(i);
  }
  if (!left_to_judge.empty()) judge_programs(submission, name, first_row, left_to_judge, found, false);
}

void GradingRun::judge_again(const Submission& submission, const std::string& name, std::size_t first_row) {
  std::vector<std::size_t> programs;
  for (std::size_t i = 0; i < submission.programs.size(); ++i)
    if (again_[first_row + i] != Again::no) programs.push_back(i);
  if (programs.empty() || is_interrupted()) return;
  judge_programs(submission, name, first_row, programs, fingerprint_of_folder(submission.folder), true);
}

void GradingRun::note_fault(std::size_t row, const std::string& stem, const std::exception& fault) {
  if (is_interrupted()) return;  // it has taken away what was at work
  again_[row] = Again::no_verdict;
  ClassRow unjudged = results_.row(row);
  unjudged.report = {};
  unjudged.report_file.clear();
  unjudged.problem = why_not_judged(fault);
  unjudged.outcome = Outcome::not_judged;
  results_.forget(stem);
  results_.remove_reports(stem);
  results_.set(row, std::move(unjudged));
}

void GradingRun::judge_programs(const Submission& submission, const std::string& name, std::size_t first_row,
                                const std::vector<std::size_t>& programs, const Fingerprint& found,
                                bool is_alone) {
  Options options = options_;
  if (is_alone) options.settings.budget = budget_alone_;
  options.settings.starts = &starts_;
  options.confinement.folder = submission.folder;
  Obstacle obstacle;
  if (!submission.problem.empty()) obstacle = {Outcome::refused, submission.problem};
  std::optional<MemoryWatch> watch;
  std::optional<PrivateCopy> copy;
  try {
    if (options.confinement.memory_bytes > 0)
      options.confinement.watch = &watch.emplace(options.confinement.memory_bytes);
    if (!obstacle && options.confinement.is_kept_apart())
      copy.emplace(submission.folder, options.confinement);
    if (!obstacle) obstacle = build_in_turn(submission, options);
    if (copy && obstacle) copy->throw_if_no_room();
  } catch (const BadInput& bad) {
    obstacle = {Outcome::refused, bad.what};
  } catch (const std::exception& fault) {
    for (const std::size_t i : programs)
      note_fault(first_row + i, stem_of(name, submission.programs[i]), fault);
    return;
  }
  std::vector<std::pair<const SubmittedProgram*, ClassRow>> judged;
  for (const std::size_t i : programs) {
    if (is_interrupted()) break;
    const SubmittedProgram& program = submission.programs[i];
    const std::string stem = stem_of(name, program);
    results_.forget(stem);
    std::string not_written;
    ClassRow row;
    try {
      row = judge_program(submission, program, stem, options, obstacle, copy, again_[first_row + i],
                          not_written);
    } catch (const std::exception& fault) {
      note_fault(first_row + i, stem, fault);
      continue;
    }
    again_[first_row + i] =
        !is_alone && is_shared_ && ran_out_of_time(row.report) ? Again::out_of_time : Again::no;
    if (!not_written.empty()) results_.note_not_written(not_written);
    results_.set(first_row + i, row, is_alone ? " (judged again, alone)" : "");
    // What did not come up is tried again: something of this machine may have been missing.
    if (row.outcome == Outcome::judged && not_written.empty() && again_[first_row + i] == Again::no)
      judged.emplace_back(&program, std::move(row));
  }
  // Programs that work in their own folder may write to it.
  const Fingerprint left = copy || judged.empty() ? found : fingerprint_of_folder(submission.folder);
  for (const auto& [program, row] : judged)
    results_.record(stem_of(name, *program), {run_of(*program), found, left, {}}, row);
}

void GradingRun::finish() {
  if (const auto count = std::ranges::count(again_, Again::no_verdict); count > 0)
    put_or_drop(STDERR_FILENO,
                "parley-conform: " + std::to_string(count) +
                    (count == 1 ? " program was" : " programs were") +
                    " not judged, and class.csv says why; the same command with --resume judges what is "
                    "missing\n");
  if (!is_interrupted()) return;
  for (std::size_t i = 0; i < results_.size(); ++i) {
    ClassRow row = results_.row(i);
    if (row.outcome != Outcome::not_judged_yet) continue;
    row.outcome = Outcome::broken_off;
    row.problem = "Not run: " + options_.settings.interruption->reason() + '.';
    results_.set(i, std::move(row));
  }
  put_or_drop(STDERR_FILENO, "parley-conform: " + options_.settings.interruption->reason() +
                                 "; the same command with --resume goes on with what was not judged\n");
}

}  // namespace

ExitCode grade(Options options) {
  check_selection(options);
  auto submissions = read_submissions(options);
  const ReportsFolder reports(options);
  const std::filesystem::path& folder = reports.path();
  options.confinement.hidden = {std::filesystem::canonical(options.folder),
                                std::filesystem::canonical(folder)};
  options.shows_progress = false;
  std::vector<std::string> folders;
  std::vector<bool> is_alone;
  std::vector<std::size_t> first_rows;
  std::size_t rows = 0;
  for (Submission& submission : submissions) {
    if (submission.programs.empty()) submission.programs.emplace_back();  // the row that tells why
    folders.push_back(submission.folder.filename());
    is_alone.push_back(takes_turns(submission, options));
    first_rows.push_back(rows);
    rows += submission.programs.size();
  }
  if (options.resume && !options.confinement.is_kept_apart())
    std::cerr << "parley-conform: --resume without --sandbox or --user trusts reports that the submissions "
                 "could write\n";

  // Beside others one needs more time than alone, at most as much more as they share a core.
  const auto budget_alone = options.settings.budget;
  const std::size_t sharing = std::min(options.jobs, submissions.size());
  options.settings.budget *=
      static_cast<std::chrono::milliseconds::rep>(std::max<std::size_t>(1, sharing / cores()));

  const auto names = report_names(folders);
  GradingRun all(options, budget_alone, submissions);
  work_in_parallel(
      options.jobs, is_alone, [&](std::size_t i) { all.judge(submissions[i], names[i], first_rows[i]); },
      [&] { return has_come(options.settings.interruption); });
  for (std::size_t i = 0; i < submissions.size(); ++i)
    all.judge_again(submissions[i], names[i], first_rows[i]);
  all.finish();
  all.tell("The class: " + (folder / "class.html").string() + ", lecture.html and class.csv beside it\n");
  const std::string what = all.not_written();
  if (all.has_faults()) {
    if (!what.empty()) std::cerr << "parley-conform: " << what << '\n';
    return ExitCode::suite_at_fault;
  }
  if (!what.empty() && !has_come(options.settings.interruption)) throw NotWritten{what};
  return all.all_passed() ? ExitCode::all_must_passed : ExitCode::some_failed;
}

}  // namespace parley::conform
