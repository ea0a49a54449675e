#include "tests/conformance/grade/submission_judge.hpp"

#include <algorithm>
#include <iterator>

#include "tests/conformance/command/judge.hpp"
#include "tests/conformance/command/repeat_command.hpp"
#include "tests/conformance/command/requested_reports.hpp"
#include "tests/conformance/command/selection.hpp"
#include "tests/conformance/command/subjects.hpp"
#include "tests/conformance/grade/class_results.hpp"
#include "tests/conformance/process/atomic_write.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t cases_at_once = 4;  // of one program

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
    result.repeat_command = options.command.empty() ? "" : begin + repeat_command(options, result.id);
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
    obstacle = {is_ended ? ProgramOutcome::broken_off : ProgramOutcome::does_not_start,
                report.results.front().reason};
    return untried(subject, options, obstacle.sentence);
  }
  if (is_ended && report.totals().not_run > 0)
    obstacle = {ProgramOutcome::broken_off,
                "Not judged to its end: " + options.settings.interruption->reason() + '.'};
  return report;
}

/// The same; without the program's profile when that leaves nothing that could be tried, and without results
/// when there is no case for it at all.
Report report_or_none(const SubmittedProgram& program, Options& options, Obstacle& obstacle) {
  Report report;
  try {
    report = report_on(program, options, obstacle);
  } catch (const BadInput& bad) {
    obstacle = {ProgramOutcome::refused, bad.what};
  }
  if (!report.results.empty()) return report;
  options.profile_file.clear();
  try {
    return report_on(program, options, obstacle);
  } catch (const BadInput&) {
    return report;
  }
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

}  // namespace

std::string half_of(const SubmittedProgram& program) {
  return program.task == Task::judge_client ? "client" : "server";
}

SubmissionJudge::SubmissionJudge(const Submission& submission, const Options& options, const Build& build)
    : submission_(submission), options_(options) {
  options_.confinement.folder = submission.folder;
  if (options_.confinement.memory_bytes > 0)
    options_.confinement.watch = &memory_.emplace(options_.confinement.memory_bytes);
  if (submission.problem.empty())
    prepare(build);
  else
    obstacle_ = {ProgramOutcome::refused, submission.problem};
}

void SubmissionJudge::prepare(const Build& build) try {
  if (options_.confinement.is_kept_apart()) copy_.emplace(submission_.folder, options_.confinement);
  if (std::string why = build(submission_.build, options_.confinement); !why.empty())
    obstacle_ = {ProgramOutcome::does_not_build, std::move(why)};
  if (copy_ && obstacle_) copy_->throw_if_no_room();
} catch (const BadInput& bad) {
  obstacle_ = {ProgramOutcome::refused, bad.what};
}

std::vector<HiddenPlace> SubmissionJudge::places() const {
  return places_of(submission_.folder, options_.confinement.folder);
}

Judged SubmissionJudge::judge(const SubmittedProgram& program, const std::string& stem, Again before) const {
  Options options = options_;
  options.task = program.task;
  options.command = program.start;
  options.jobs = cases_at_once;
  options.profile_file = program.profile;
  options.profile_form = program.profile_form;
  if (!program.ports.empty()) options.ports = program.ports;
  std::ranges::copy(program.answers, std::back_inserter(options.course.answers));

  Obstacle obstacle = obstacle_;
  Report report = report_or_none(program, options, obstacle);
  if (copy_ && !report.totals().all_must_passed) copy_->throw_if_no_room();
  const auto places = this->places();
  ClassRow row{.submission = submission_.name,
               .half = half_of(program),
               .report_file = {},
               .report = std::move(report),
               .problem = without_places(obstacle.sentence, places),
               .folder = submission_.folder.filename(),
               .outcome = obstacle.outcome};
  if (row.report.results.empty()) return {std::move(row), {}};
  row.report.remark = remark_on(before, row.report);
  row.report.name = row.submission;
  row.report.folder = row.folder;
  set_repeat_commands(row.report, submission_.folder, options);
  hide_places(row.report, places);
  row.report_file = stem + ".html";
  std::string not_written = write_program_reports(row.report, options.output_folder(), stem);
  return {std::move(row), std::move(not_written)};
}

}  // namespace parley::conform
