#include <fcntl.h>
#include <unistd.h>

#include <climits>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <locale>
#include <map>
#include <optional>

#include "base/output.hpp"
#include "tests/conformance/command/confine.hpp"
#include "tests/conformance/command/hidden_places.hpp"
#include "tests/conformance/command/judge.hpp"
#include "tests/conformance/command/options.hpp"
#include "tests/conformance/command/requested_reports.hpp"
#include "tests/conformance/command/selection.hpp"
#include "tests/conformance/command/subjects.hpp"
#include "tests/conformance/command/submission.hpp"
#include "tests/conformance/grade/grade.hpp"
#include "tests/conformance/interop/interop.hpp"
#include "tests/conformance/probe/probe.hpp"
#include "tests/conformance/process/interruption.hpp"
#include "tests/conformance/process/lateness.hpp"
#include "tests/conformance/process/private_copy.hpp"
#include "tests/conformance/process/shortage.hpp"
#include "tests/conformance/replay.hpp"
#include "tests/conformance/watch/watch.hpp"

namespace {

using namespace parley::conform;

void print_list(const Subject& subject, const Options& options) {
  const auto jobs = select(subject.jobs, options.only, options.exclude, options.least_level);
  std::map<Level, std::size_t> counts;
  for (const Job& job : jobs) {
    if (options.list_needs) {
      std::cout << job.id;
      for (const auto& need : job.needs) std::cout << ' ' << need;
      std::cout << '\n';
      continue;
    }
    const Clause& clause = *find_clause(job.clause_id);
    ++counts[clause.level];
    std::cout << job.id << "  (" << to_text(clause.level) << ") " << job.title << "\n    " << clause.sentence
              << '\n';
  }
  if (options.list_needs) return;
  std::cout << jobs.size() << " cases: " << counts[Level::must] << " MUST, " << counts[Level::should]
            << " SHOULD, " << counts[Level::may] << " MAY; " << counts[Level::must] + counts[Level::should]
            << " points\n";
}

ExitCode replay(const Subject& subject, Options options) {
  options.only = {options.replay};
  options.exclude.clear();
  const Report report = judge(subject, options);
  if (report.results.size() + report.not_offered.size() != 1)
    throw BadInput{"--replay takes the id of one case; '" + options.replay + "' stands for several"};
  const Result& result = report.results.empty() ? report.not_offered.front() : report.results.front();
  if (result.status == Status::not_run) {
    std::cerr << "parley-conform: " << result.reason << '\n';
    return ExitCode::never_came_up;
  }
  options.task == Task::judge_client ? write_client_replay(std::cout, result)
                                     : write_server_replay(std::cout, result);
  return ExitCode::all_must_passed;
}

/// Says which dialect the program speaks.
ExitCode probe(const Options& options) {
  const Probed probed = probe_program(options, options.settings.dialect, ProbeGoal::everything);
  return print_probed(std::cout, probed, options.settings.dialect) ? ExitCode::all_must_passed
                                                                   : ExitCode::never_came_up;
}

ExitCode run_task(Options& options) {
  if (options.task == Task::grade) return grade(options);
  if (options.task == Task::interop) return interop(options);
  std::optional<PrivateCopy> copy;
  if (!options.command.empty() && !options.list && options.confinement.is_kept_apart())
    copy.emplace(std::filesystem::current_path(), options.confinement);
  if (options.task == Task::probe_server || options.task == Task::probe_client) return probe(options);
  const Subject subject = make_subject(options);
  if (options.list) {
    print_list(subject, options);
    return ExitCode::all_must_passed;
  }
  if (!options.replay.empty()) return replay(subject, options);
  const HeldOutputs held = check_report_paths(options);
  Report report = judge(subject, options);
  if (copy) hide_places(report, {});  // but those of the copy people know themselves
  copy.reset();                       // whoever reads the report may let it wait
  write_reports(report, options);
  return exit_code_of(report);
}

ExitCode run(Options& options) {
  use_all_descriptors();
  if (options.task == Task::grade || options.task == Task::interop) check_is_class(options);
  const std::string class_file = options.folder + "/grade.toml";
  std::error_code error;  // whether the folder can be read is told later
  const auto kind = std::filesystem::symlink_status(class_file, error).type();
  const bool is_there = !error && kind != std::filesystem::file_type::not_found;
  if (options.task == Task::grade && options.course_file.empty() && is_there)
    options.course_file = class_file;
  if (!options.course_file.empty()) options.course = read_course(options.course_file, all_jobs());
  options.settings.dialect = options.course.dialect;
  if (!options.alternatives_file.empty())
    read_alternatives(options.alternatives_file, options.settings.dialect);
  hold_signals();
  settle_confinement(options);
  if (options.is_watched && !options.list) {
    const HeldOutputs held = check_report_paths(options);
    return watch(options);  // it has its own way to end
  }
  const Interruption interruption;
  const Heartbeat heartbeat(options.confinement.niceness);
  options.settings.interruption = &interruption;
  options.settings.lateness = &heartbeat;
  const ExitCode exit_code = run_task(options);
  std::cout.flush();  // who reads it may let it wait
  return interruption.has_come() ? static_cast<ExitCode>(interruption.exit_code()) : exit_code;
}

}  // namespace

namespace {

/// libstdc++ fills this table when a character is first asked for: a race of the threads that match patterns.
void fill_table_of_patterns() {
  const auto& characters = std::use_facet<std::ctype<char>>(std::locale());
  for (int code = CHAR_MIN; code <= CHAR_MAX; ++code) (void)characters.narrow(static_cast<char>(code), '\0');
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  fill_table_of_patterns();
  if (argc == 2 && std::string_view(argv[1]) == "--check-cases") return cases_cover_clauses() ? 0 : 1;
  ExitCode exit_code{};
  try {
    parley::open_standard_streams(O_RDWR);
    auto options = parse_options(argc, argv, exit_code);
    if (options) exit_code = run(*options);
  } catch (const BadInput& bad) {
    std::cerr << "parley-conform: " << bad.what << '\n';
    exit_code = ExitCode::usage;
  } catch (const NotWritten& report) {
    parley::put_or_drop(STDERR_FILENO, "parley-conform: " + report.what + '\n');
    exit_code = ExitCode::not_written;
  } catch (const MachineTooBusy& busy) {
    std::cerr << "parley-conform: not judged: " << busy.what() << "; try it again later\n";
    exit_code = ExitCode::suite_at_fault;
  } catch (const std::exception& error) {
    std::cerr << "parley-conform: a fault of the suite or the machine: " << error.what() << '\n';
    exit_code = ExitCode::suite_at_fault;
  }
  if (!std::cout.flush()) {
    parley::put_or_drop(STDERR_FILENO,
                        "parley-conform: standard output does not take what is to be printed\n");
    exit_code = ExitCode::not_written;
  }
  return static_cast<int>(exit_code);
}
