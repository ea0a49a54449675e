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
#include "tests/conformance/lecture.hpp"
#include "tests/conformance/private_copy.hpp"
#include "tests/conformance/report.hpp"
#include "tests/conformance/report_names.hpp"
#include "tests/conformance/selection.hpp"
#include "tests/conformance/subjects.hpp"
#include "tests/conformance/submission.hpp"

namespace parley::conform {
namespace {

std::string half_of(const SubmittedProgram& program) {
  return program.task == Task::judge_client ? "client" : "server";
}

/// As seen from the folder that the program is to be started in.
std::string seen_from(const std::filesystem::path& folder, const std::string& file) {
  if (file.empty()) return file;
  const auto path = std::filesystem::absolute(file).lexically_normal();
  const auto relative = path.lexically_relative(folder);
  return relative.empty() || *relative.begin() == ".." ? path : relative;
}

/// Lines that repeat a case begin in the folder of the submissions.
void set_repeat_commands(Report& report, const std::filesystem::path& folder, Options options) {
  options.profile_file = seen_from(folder, options.profile_file);
  options.alternatives_file = seen_from(folder, options.alternatives_file);
  const std::string begin = "cd " + shell_quoted("./" + folder.filename().string()) + " && ";
  for (Result& result : report.results)
    result.repeat_command = options.command.empty() ? "" : begin + options.repeat_command(result.id);
}

/// Judges it, or makes a report of why nothing of it can be tried. Throws BadInput.
Report report_on(const SubmittedProgram& program, Options options, const std::string& problem) {
  options.list = !problem.empty();  // nothing is to be started then
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
  Report report = problem.empty() ? judge(subject, options) : untried(subject, options, problem);
  if (problem.empty() && exit_code_of(report) == ExitCode::never_came_up)
    return untried(subject, options, report.results.front().reason);
  return report;
}

void write_program_reports(const ClassRow& row, Options options, const std::string& stem) {
  const std::filesystem::path folder = options.output_folder();
  options.reports = {{"html", folder / row.report_file},
                     {"json", folder / (stem + ".json")},
                     {"junit", folder / (stem + ".junit.xml")},
                     {"gradescope", folder / (stem + ".gradescope.json")}};
  write_report_files(row.report, options);
}

/// `name` begins the names of its reports.
ClassRow judge_program(const Submission& submission, const SubmittedProgram& program, const std::string& name,
                       Options options, const std::string& problem) {
  ClassRow row{submission.name, half_of(program), {}, {}, problem, submission.folder.filename()};
  options.task = program.task;
  options.command = program.start;
  options.profile_file = program.profile;
  if (!program.ports.empty()) options.ports = program.ports;
  try {
    row.report = report_on(program, options, problem);
  } catch (const BadInput& bad) {
    row.problem = bad.what;
  } catch (const std::exception& error) {
    row.problem = std::string("It could not be judged: ") + error.what();
  }
  if (row.report.results.empty()) {  // not with these options
    options.profile_file.clear();
    try {
      row.report = report_on(program, options, row.problem);
    } catch (const BadInput&) {
      return row;  // there is no case for it at all
    }
  }
  row.problem = row.report.problem;
  row.report.name = row.submission;
  row.report.folder = row.folder;
  set_repeat_commands(row.report, submission.folder, options);
  const std::string stem = name + '-' + row.half;
  row.report_file = stem + ".html";
  write_program_reports(row, options, stem);
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

void judge_submission(const Submission& submission, const std::string& name, Options options,
                      std::vector<ClassRow>& rows) {
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
    rows.push_back(judge_program(submission, program, name, options, problem));
    const ClassRow& row = rows.back();
    std::cout << visible(owner_text(row.submission, row.folder)) << ", " << row.half << ": "
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
  std::vector<std::string> folders;
  for (const Submission& submission : submissions) folders.push_back(submission.folder.filename());
  const auto names = report_names(folders);
  for (std::size_t i = 0; i < submissions.size(); ++i)
    judge_submission(submissions[i], names[i], options, rows);
  write_file(folder / "class.csv", rows, write_class_csv);
  write_file(folder / "class.html", rows, write_class_html);
  write_file(folder / "lecture.html", rows, write_lecture_html);
  std::cout << "The class: " << (folder / "class.html").string() << ", lecture.html and class.csv beside it"
            << std::endl;
  const bool all_passed = std::ranges::all_of(
      rows, [](const ClassRow& row) { return row.problem.empty() && row.report.totals().all_must_passed; });
  return all_passed ? ExitCode::all_must_passed : ExitCode::some_failed;
}

}  // namespace parley::conform
