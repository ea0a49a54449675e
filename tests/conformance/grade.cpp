#include "tests/conformance/grade.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>

#include "protocol/text.hpp"
#include "tests/conformance/build_step.hpp"
#include "tests/conformance/class_matrix.hpp"
#include "tests/conformance/judge.hpp"
#include "tests/conformance/private_copy.hpp"
#include "tests/conformance/report.hpp"
#include "tests/conformance/selection.hpp"
#include "tests/conformance/subjects.hpp"
#include "tests/conformance/submission.hpp"

namespace parley::conform {
namespace {

/// A name for files: the folder's, which is different for each.
std::string stem_of(const Submission& submission, const SubmittedProgram& program) {
  return submission.folder.filename().string() + (program.task == Task::judge_client ? "-client" : "-server");
}

ClassRow judge_program(const Submission& submission, const SubmittedProgram& program, Options options,
                       const std::string& problem) {
  ClassRow row{submission.name, program.task == Task::judge_client ? "client" : "server", {}, {}, problem};
  if (!problem.empty()) return row;
  options.task = program.task;
  options.command = program.start;
  options.profile_file = program.profile;
  if (!program.ports.empty()) options.ports = program.ports;
  try {
    const Subject subject = make_subject(options);
    // The class may have both halves: what names a case of the other one is not for this one.
    const auto is_elsewhere = [&](const std::string& pattern) {
      return std::ranges::none_of(subject.jobs, [&](const Job& job) { return stands_for(pattern, job); });
    };
    const bool any = options.only.empty() || !std::ranges::all_of(options.only, is_elsewhere);
    if (!any) throw BadInput{"--only names no case for a " + row.half};
    std::erase_if(options.only, is_elsewhere);
    std::erase_if(options.exclude, is_elsewhere);
    row.report = judge(subject, options);
  } catch (const BadInput& bad) {
    row.problem = bad.what;
    return row;
  } catch (const std::exception& error) {
    row.problem = std::string("It could not be judged: ") + error.what();
    return row;
  }
  if (exit_code_of(row.report) == ExitCode::never_came_up) row.problem = row.report.results.front().reason;
  const std::string stem = stem_of(submission, program);
  row.report_file = stem + ".html";
  const std::filesystem::path folder = options.output_folder();
  options.reports = {{"html", folder / row.report_file},
                     {"json", folder / (stem + ".json")},
                     {"junit", folder / (stem + ".junit.xml")},
                     {"gradescope", folder / (stem + ".gradescope.json")}};
  write_report_files(row.report, options);
  return row;
}

void write_file(const std::filesystem::path& path, const std::vector<ClassRow>& rows,
                void (*write)(std::ostream&, const std::vector<ClassRow>&)) {
  std::ofstream file(path, std::ios::binary);
  write(file, rows);
  file.close();
  if (!file) throw BadInput{"cannot write " + path.string()};
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

void judge_submission(const Submission& submission, Options options, std::vector<ClassRow>& rows) {
  std::string problem = submission.problem;
  std::optional<PrivateCopy> copy;
  options.confinement.folder = submission.folder;
  try {
    if (problem.empty() && options.confinement.is_kept_apart())
      copy.emplace(submission.folder, options.confinement);
    if (problem.empty()) problem = why_not_built(submission.build, options.confinement, options.build_time);
  } catch (const BadInput& bad) {
    problem = bad.what;
  }
  auto programs = submission.programs;
  if (programs.empty()) programs.emplace_back();
  for (const SubmittedProgram& program : programs) {
    rows.push_back(judge_program(submission, program, options, problem));
    const ClassRow& row = rows.back();
    std::cout << visible(row.submission) << ", " << row.half << ": "
              << (row.problem.empty() ? totals_text(row.report) : visible(row.problem)) << std::endl;
  }
}

}  // namespace

ExitCode grade(Options options) {
  check_selection(options);
  const auto submissions = read_submissions(options);
  const std::filesystem::path folder = options.output_folder();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw BadInput{"cannot make the folder " + folder.string() + ": " + error.message()};

  options.confinement.hidden = {std::filesystem::canonical(options.folder),
                                std::filesystem::canonical(folder)};
  std::vector<ClassRow> rows;
  for (const Submission& submission : submissions) judge_submission(submission, options, rows);
  write_file(folder / "class.csv", rows, write_class_csv);
  write_file(folder / "class.html", rows, write_class_html);
  std::cout << "The class: " << (folder / "class.html").string() << " and class.csv beside it" << std::endl;
  const bool all_passed = std::ranges::all_of(
      rows, [](const ClassRow& row) { return row.problem.empty() && row.report.totals().all_must_passed; });
  return all_passed ? ExitCode::all_must_passed : ExitCode::some_failed;
}

}  // namespace parley::conform
