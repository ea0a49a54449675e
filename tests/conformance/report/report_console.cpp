#include "tests/conformance/report/report_console.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <utility>
#include <vector>

#include "tests/conformance/report/causes.hpp"
#include "tests/conformance/report/report_text.hpp"

namespace parley::conform {
namespace {

constexpr std::string_view replace_line = "\r\x1b[K";
constexpr std::size_t progress_columns = 79;  // one less than a line, so that no terminal wraps it

std::string_view colour_of(const Result& result, const Palette& palette) {
  if (result.status == Status::passed) return palette.good;
  if (result.status == Status::not_offered) return palette.faint;
  return failed_unexpectedly(result) ? palette.bad : palette.warn;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

void write_failure(std::ostream& out, const Result& result, std::string_view program,
                   const Palette& palette) {
  out << colour_of(result, palette) << upper(verdict_of(result)) << palette.reset << "  " << palette.strong
      << shown(result.id) << palette.reset << '\n';
  if (!result.title.empty()) out << "  " << filled(shown(result.title), 78, 2) << '\n';
  write_case(out, result, program, Detail::explanation_and_transcript, palette);
  out << '\n';
}

void write_line(std::ostream& out, const Result& result, const std::string& rest, const Palette& palette) {
  out << colour_of(result, palette) << std::left << std::setw(13) << verdict_of(result) << palette.reset
      << "  " << shown(result.id) << '\n';
  if (!rest.empty()) out << std::string(15, ' ') << filled(rest, 65, 15) << '\n';
}

bool was_not_tried(const Result& result) {
  return result.status != Status::passed && result.status != Status::failed;
}

// One paragraph for all that have the same reason: one basic fault is said once.
void write_untried(std::ostream& out, const Report& report, const Palette& palette) {
  std::vector<std::pair<std::string, std::vector<const Result*>>> groups;
  std::vector<const Result*> untried;
  for (const auto* results : {&report.results, &report.not_offered})
    for (const Result& result : *results)
      if (was_not_tried(result) && !failed_as_expected(result)) untried.push_back(&result);
  for (const Result* result : untried) {
    const std::string why = why_not_tried(*result);
    auto group = std::ranges::find(groups, why, [](const auto& one) { return one.first; });
    if (group == groups.end()) group = groups.insert(groups.end(), {why, {}});
    group->second.push_back(result);
  }
  for (const auto& [why, results] : groups) {
    std::string ids;
    for (const Result* result : results) ids += (ids.empty() ? "" : ", ") + shown(result->id);
    const Result& first = *results.front();
    out << colour_of(first, palette) << std::left << std::setw(13) << verdict_of(first) << palette.reset
        << "  " << filled(why, 65, 15) << '\n'
        << std::string(15, ' ') << filled(ids, 65, 15) << "\n\n";
  }
}

void write_causes(std::ostream& out, const Report& report, const Palette& palette) {
  const auto causes = first_causes(report);
  if (causes.empty()) return;
  out << palette.strong << "Fix this first" << palette.reset << '\n';
  for (std::size_t i = 0; i < causes.size(); ++i)
    out << "  " << i + 1 << ". " << filled(shown(causes[i].sentence), 75, 5) << "\n     " << palette.faint
        << filled(what_hangs_on(causes[i]), 75, 5) << palette.reset << '\n';
  out << '\n';
}

// One line for each other case without a failure to explain.
void write_others(std::ostream& out, const Report& report, bool verbose, const Palette& palette) {
  bool any = false;
  for (const Result& result : report.results) {
    if (was_not_tried(result) && !failed_as_expected(result)) continue;
    std::string rest;
    if (result.status == Status::passed) {
      if (passed_unexpectedly(result))
        rest = "passed, although --expect-fail names it: take it off that list";
      else if (!result.tries.empty())
        rest = shown(result.tries);
      else if (!verbose)
        continue;
      else
        rest = shown(result.title);
    } else if (failed_as_expected(result)) {
      rest = result.failure ? shown(result.failure->came) : shown(result.title);
    } else if (failed_unexpectedly(result)) {
      continue;
    }
    write_line(out, result, rest, palette);
    any = true;
  }
  if (any) out << '\n';
}

// "  D  Delivery        31 of  35   3 failed, 1 skipped"
void write_sections(std::ostream& out, const Report& report, const Palette& palette) {
  for (const auto& [section, results, totals] : by_section(report)) {
    std::string rest;
    const auto add = [&](int count, std::string_view what) {
      if (count > 0) rest += (rest.empty() ? "" : ", ") + std::to_string(count) + ' ' + std::string(what);
    };
    add(totals.failed, "failed");
    add(totals.skipped, "skipped");
    add(totals.not_run, "not run");
    out << "  " << std::left << std::setw(3) << section.letter << std::setw(14) << section.title << std::right
        << std::setw(4) << totals.passed << " of " << std::setw(3) << results.size();
    if (!rest.empty())
      out << "   " << (totals.failed > 0 ? palette.bad : palette.warn) << rest << palette.reset;
    out << '\n';
  }
  if (!report.results.empty()) out << '\n';
}

}  // namespace

void write_console(std::ostream& out, const Report& report, const ConsoleOptions& options) {
  const Palette& palette = options.colour ? colour : no_colour;
  const Report::Totals totals = report.totals();
  const std::string_view program = program_of(report);

  out << palette.strong
      << filled("parley-conform " + shown(report.version) + ", seed " + std::to_string(report.seed) + ", " +
                    seconds_text(report.duration) + " s",
                80, 0)
      << palette.reset << '\n'
      << filled(shown(title_of(report)), 80, 0) << "\n\n";
  write_causes(out, report, palette);
  for (const Result& result : report.results)
    if (failed_unexpectedly(result)) write_failure(out, result, program, palette);
  write_untried(out, report, palette);
  write_others(out, report, options.verbose, palette);
  write_sections(out, report, palette);

  const auto foretold = std::ranges::count_if(report.results, failed_as_expected);
  if (foretold > 0)
    out << foretold << (foretold == 1 ? " case that counts" : " cases that count")
        << " as passed failed, as --expect-fail foretold.\n";
  const bool good = totals.all_must_passed && !report.results.empty();
  out << (good ? palette.good : palette.bad) << filled(verdict_sentence(report), 80, 0) << palette.reset
      << '\n'
      << totals_text(report) << '\n';
}

void print_progress(std::ostream& out, const Progress& progress) {
  std::string line = "[" + std::to_string(progress.done) + "/" + std::to_string(progress.total) + "] " +
                     std::to_string(progress.failed) + " failed  " +
                     shown(progress.current, progress_columns);
  if (line.size() > progress_columns) line.resize(progress_columns);
  out << replace_line << line << std::flush;
}

void clear_progress(std::ostream& out) {
  out << replace_line << std::flush;
}

}  // namespace parley::conform
