#include "tests/conformance/judge.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <utility>

#include "tests/conformance/report_console.hpp"
#include "tests/conformance/report_writers.hpp"
#include "tests/conformance/selection.hpp"

namespace parley::conform {
namespace {

using Clock = std::chrono::steady_clock;

struct Format {
  std::string_view name;
  void (*write)(std::ostream& out, const Report& report);
};

constexpr Format formats[] = {{"tap", write_tap},
                              {"junit", write_junit},
                              {"gradescope", write_gradescope},
                              {"classroom", write_classroom},
                              {"json", write_json},
                              {"html", write_html}};

bool wants_color(const Options& options) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return !options.no_color && (no_color == nullptr || *no_color == '\0') && ::isatty(STDOUT_FILENO) == 1 &&
         terminal != nullptr && std::string_view(terminal) != "dumb";
}

void show_progress(const std::vector<Result>& results, std::size_t decided) {
  const auto failed = static_cast<std::size_t>(std::ranges::count(results, Status::failed, &Result::status));
  print_progress(std::cerr, {decided, results.size(), failed, {}});
  if (decided == results.size()) clear_progress(std::cerr);
}

}  // namespace

Report judge(const Subject& subject, const Options& options) {
  const auto jobs = select(subject.jobs, options.only, options.exclude, options.least_level);
  if (jobs.empty()) throw BadInput{"nothing is left to try"};
  const auto weights = options.weights_file.empty() ? std::map<std::string, int>{}
                                                    : read_weights(options.weights_file, subject.jobs);
  const auto known = options.expect_fail_file.empty() ? std::vector<std::string>{}
                                                      : read_ids(options.expect_fail_file, subject.jobs);

  auto order = jobs;
  if (options.shuffle_seed) std::ranges::shuffle(order, std::mt19937_64(*options.shuffle_seed));
  RunOptions run{options.workers(), options.tries, options.budget, {}};
  if (::isatty(STDERR_FILENO) == 1) run.progress = show_progress;
  const auto begin = Clock::now();
  Report report{
      subject.name, PARLEY_VERSION, options.settings.seed, {}, run_jobs(order, subject.make_bench, run)};
  report.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  // They ran in another order; people look for them in the order of the page.
  std::ranges::sort(report.results, {}, [&](const Result& result) {
    return std::pair(result.clause, std::ranges::find(jobs, result.id, &Job::id));
  });
  for (Result& result : report.results) {
    const auto weight = weights.find(result.id);
    if (weight != weights.end()) result.weight = weight->second;
    // What nobody has to do costs nobody anything, unless the course says so.
    if (weight == weights.end() && clause_of(result).level == Level::may) result.weight = 0;
    const bool is_untried = result.status == Status::skipped || result.status == Status::not_run;
    if (is_untried && options.untried == Untried::skip) result.weight = 0;
    result.expected_to_fail = std::ranges::find(known, result.id) != known.end();
    result.repeat_command = options.repeat_command(result.id);
  }
  return report;
}

bool write_report_files(const Report& report, const Options& options) {
  bool standard_output_is_taken = false;
  for (const Format& format : formats) {
    const auto wanted = options.reports.find(std::string(format.name));
    if (wanted == options.reports.end()) continue;
    if (wanted->second == "-") {
      standard_output_is_taken = true;
      format.write(std::cout, report);
      continue;
    }
    std::ofstream file(wanted->second, std::ios::binary);
    format.write(file, report);
    file.close();
    if (!file) throw BadInput{"cannot write " + wanted->second};
  }
  return standard_output_is_taken;
}

void write_reports(const Report& report, const Options& options) {
  if (!write_report_files(report, options))
    write_console(std::cout, report, {wants_color(options), options.verbose});
  std::cout.flush();
}

ExitCode exit_code_of(const Report& report) {
  const auto totals = report.totals();
  if (totals.passed == 0 && totals.failed == 0) return ExitCode::never_came_up;
  return totals.all_must_passed ? ExitCode::all_must_passed : ExitCode::some_failed;
}

}  // namespace parley::conform
