#include <algorithm>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "tests/conformance/report/causes.hpp"
#include "tests/conformance/report/html_assets.hpp"
#include "tests/conformance/report/report.hpp"
#include "tests/conformance/report/report_bytes.hpp"
#include "tests/conformance/report/report_markup.hpp"
#include "tests/conformance/report/report_page.hpp"
#include "tests/conformance/report/report_writers.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t caret_columns = 34;     // what a phone shows without scrolling
constexpr std::size_t most_whole_cases = 10;  // on a page of no more even the passed ones have their bytes
constexpr std::size_t opened_failures = 3;    // the others are one click away

std::string text(std::string_view bytes) {
  return markup(shown(bytes));
}

/// Readable without colour.
std::string_view sign_of(const Result& result) {
  if (failed_as_expected(result)) return "~";
  switch (result.status) {
    case Status::passed:
      return "\u2713";
    case Status::failed:
      return "\u2717";
    case Status::skipped:
      return "\u2013";
    case Status::not_run:
      return "?";
    case Status::not_offered:
      return "\u00b7";
  }
  return "";
}

/// A failure that was expected is worse than none, and better than a case that was skipped.
int badness(const Result& result) {
  return failed_as_expected(result) ? 1 : 2 * badness(result.status);
}

// The id itself where it can be one in a link, so that "report.html#D2.1-silent-recipient" can be sent to
// someone.
std::string anchor_of(const Report& report, const Result& result) {
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_';
  };
  if (!result.id.empty() && result.id.size() <= 100 && std::ranges::all_of(result.id, fits)) return result.id;
  return "case" + std::to_string(&result - report.results.data());
}

void write_count(std::ostream& out, std::string_view css_class, int count, std::string_view what) {
  out << "<li class=\"" << css_class << (count == 0 ? " none" : "") << "\"><b>" << count << "</b> " << what
      << "</li>\n";
}

/// What a compiler or a dying program has printed is read in its lines.
std::string in_lines(std::string text) {
  constexpr std::string_view line_end = "\\n";
  for (auto at = text.find(line_end); at != std::string::npos; at = text.find(line_end, at + 1))
    text.replace(at, line_end.size(), "\n");
  return text;
}

void write_header(std::ostream& out, const Report& report) {
  const Report::Totals totals = report.totals();
  const bool good = totals.all_must_passed && !report.results.empty();
  out << "<header class=\"top\">\n<p class=\"suite\">parley-conform " << text(report.version) << "</p>\n";
  if (report.name.empty())
    out << "<h1>" << text(report.subject) << "</h1>\n";
  else
    out << "<h1>" << text(report.name) << ": " << program_of(report)
        << "</h1>\n<p class=\"about\">Folder <code>" << text(report.folder) << "</code> \u00b7 "
        << text(report.subject) << "</p>\n";
  out << "<p class=\"verdict " << (good ? "pass" : "fail") << "\">"
      << markup(in_lines(verdict_sentence(report))) << "</p>\n<ul class=\"totals\">\n";
  write_count(out, "pass", totals.passed, "passed");
  write_count(out, "fail", totals.failed, "failed");
  write_count(out, "skipped", totals.skipped, "skipped");
  if (totals.not_run > 0) write_count(out, "not-run", totals.not_run, "not run");
  out << "<li class=\"score\"><b>" << totals.score << "</b> of " << totals.max_score
      << " points</li>\n</ul>\n"
      << "<p class=\"about\">Seed " << report.seed << " \u00b7 " << seconds_text(report.duration)
      << " s \u00b7 Lines to repeat a case are for the folder "
      << (report.name.empty() ? "in which this was run" : "that holds the submission\u2019s folder")
      << ".</p>\n</header>\n";
}

void write_causes(std::ostream& out, const Report& report) {
  const auto causes = first_causes(report);
  if (causes.empty()) return;
  out << "<section class=\"causes\">\n<h2>Fix this first</h2>\n<ol>\n";
  for (const Cause& cause : causes)
    out << "<li><p>" << text(cause.sentence) << "</p><p><a href=\"#"
        << anchor_of(report, *cause.cases.front()) << "\">" << markup(what_hangs_on(cause))
        << "</a></p></li>\n";
  out << "</ol>\n</section>\n";
}

// The results of one clause, and the one by which its cell is coloured.
struct Cell {
  const Result* worst = nullptr;
  std::size_t cases = 0, passed = 0;
};

void write_cell(std::ostream& out, const Report& report, const std::string& id, const Cell& cell) {
  const Clause& clause = clause_of(*cell.worst);
  const std::string count = std::to_string(cell.passed) + " of " + std::to_string(cell.cases) + " passed";
  out << "<a class=\"cell " << verdict_class(*cell.worst) << ' '
      << (clause.level == Level::must ? "must" : "") << "\" href=\"#" << anchor_of(report, *cell.worst) << '"'
      << attribute("title", shown(id) + ' ' + std::string(to_text(clause.level)) + ", " + count + ": " +
                                shown(clause.sentence, 400))
      << "><span class=\"sign\">" << sign_of(*cell.worst) << "</span>" << markup(shown(id, 12));
  if (cell.cases > 1) out << "<small>" << cell.passed << '/' << cell.cases << "</small>";
  out << "</a>\n";
}

void write_matrix_row(std::ostream& out, const Report& report, const SectionResults& part) {
  std::vector<std::string> order;
  std::map<std::string, Cell> cells;
  for (const Result* result : part.results) {
    const std::string id = result->id.substr(0, result->id.find('-'));
    Cell& cell = cells[id];
    if (cell.worst == nullptr) order.push_back(id);
    if (cell.worst == nullptr || badness(*result) > badness(*cell.worst)) cell.worst = result;
    ++cell.cases;
    if (counts_as_passed(*result)) ++cell.passed;
  }
  out << "<div class=\"section\"><h3>" << part.section.title << " <small>" << part.totals.passed << " of "
      << part.results.size() << "</small></h3><div class=\"cells\">\n";
  for (const std::string& id : order) write_cell(out, report, id, cells[id]);
  out << "</div></div>\n";
}

void write_matrix(std::ostream& out, const Report& report) {
  out << "<section>\n<h2>Clauses</h2>\n<p class=\"legend\"><span><b class=\"pass\">\u2713</b> passed</span> "
         "<span><b class=\"fail\">\u2717</b> failed</span> <span><b class=\"skipped\">\u2013</b> "
         "skipped</span> "
         "<span><b class=\"not-run\">?</b> not run</span> <span><b class=\"expected-fail\">~</b> failed as "
         "expected"
         "</span> <span><b>bold</b> is a MUST</span></p>\n<div class=\"matrix\">\n";
  for (const SectionResults& part : by_section(report)) write_matrix_row(out, report, part);
  out << "</div>\n</section>\n";
}

void write_row(std::ostream& out, std::string_view label, const std::string& html) {
  if (!html.empty()) out << "<dt>" << label << "</dt><dd>" << html << "</dd>\n";
}

std::string bytes_html(const Failure& failure) {
  if (failure.bytes.empty() && !failure.garbage_at) return {};
  std::string out;
  if (failure.garbage_at) {
    const Pointed pointed = point_at(failure.bytes, *failure.garbage_at, caret_columns);
    out = "<pre>" + markup(pointed.line) + "\n<b class=\"fail\">" + pointed.caret +
          "</b></pre><p class=\"size\">" + pointed.where + "</p>";
  } else {
    out = "<pre class=\"fold\">" + markup(escaped(failure.bytes, html_bytes_shown)) + "</pre>";
  }
  if (!is_text(failure.bytes)) out += "<pre class=\"hex\">" + hex(failure.bytes, html_bytes_shown) + "</pre>";
  return out;
}

void write_explanation(std::ostream& out, const Result& result) {
  const Clause& clause = clause_of(result);
  if (!clause.sentence.empty())
    out << "<blockquote><b>" << text(clause.id) << "</b> <span class=\"level\">" << to_text(clause.level)
        << "</span> " << text(clause.sentence) << "</blockquote>\n";
  out << "<dl>\n";
  write_row(out, "Why", text(why_not_tried(result)));
  if (result.failure) {
    write_row(out, "Expected", text(result.failure->expected));
    write_row(out, "Came", text(result.failure->came));
    write_row(out, "Bytes", bytes_html(*result.failure));
  }
  write_row(out, "Tries", text(result.tries));
  if (result.status != Status::passed) write_row(out, "Likely cause", text(result.hint));
  if (!result.repeat_command.empty())
    write_row(out, "Repeat", "<pre class=\"fold\">" + text(result.repeat_command) + "</pre>");
  out << "</dl>\n";
}

/// What passed as it should says all it has to in one line.
bool has_exchange(const Report& report, const Result& result) {
  return !counts_as_passed(result) || failed_as_expected(result) || passed_unexpectedly(result) ||
         !result.tries.empty() || report.results.size() <= most_whole_cases;
}

void write_case(std::ostream& out, const Report& report, const Result& result, bool is_open = false) {
  const std::string anchor = anchor_of(report, result);
  out << "<details class=\"case " << verdict_class(result) << '"' << (is_open ? " open" : "")
      << "><summary><span class=\"sign\">" << sign_of(result) << "</span><span class=\"name\"><b>"
      << text(result.id) << "</b> <span class=\"title\">" << text(result.title)
      << "</span></span><span class=\"what\">" << verdict_of(result)
      << "</span></summary>\n<div class=\"body\" id=\"" << anchor << "\">\n";
  if (passed_unexpectedly(result))
    out << "<p>Passed, although it is on the list of cases that are expected to fail.</p>\n";
  write_explanation(out, result);
  if (has_exchange(report, result))
    write_exchange(out, result.transcript, program_of(report), anchor,
                   result.failure ? result.failure->lane : no_lane);
  out << "</div></details>\n";
}

using Results = std::vector<const Result*>;

Results results_with(const Report& report, auto predicate) {
  Results results;
  for (const Result& result : report.results)
    if (predicate(result)) results.push_back(&result);
  return results;
}

void write_heading(std::ostream& out, std::string_view title, std::size_t count) {
  out << "<h2>" << title << " <small>" << count << (count == 1 ? " case" : " cases") << "</small></h2>\n";
}

/// MUST, SHOULD, MAY: what weighs most comes first.
void write_failures(std::ostream& out, const Report& report) {
  std::size_t written = 0;
  for (const Level level : {Level::must, Level::should, Level::may}) {
    const auto failures = results_with(report, [&](const Result& result) {
      return failed_unexpectedly(result) && clause_of(result).level == level;
    });
    if (failures.empty()) continue;
    out << "<section>\n";
    write_heading(out, "Failed: " + std::string(to_text(level)), failures.size());
    for (const Result* result : failures) write_case(out, report, *result, written++ < opened_failures);
    out << "</section>\n";
  }
}

/// One line for all that one thing is in the way of.
void write_untried(std::ostream& out, const Report& report, std::string_view title, const Results& untried) {
  if (untried.empty()) return;
  std::vector<std::pair<std::string, Results>> groups;
  for (const Result* result : untried) {
    const std::string why = why_not_tried(*result);
    auto group = std::ranges::find(groups, why, &std::pair<std::string, Results>::first);
    if (group == groups.end()) group = groups.insert(groups.end(), {why, {}});
    group->second.push_back(result);
  }
  out << "<section>\n";
  write_heading(out, title, untried.size());
  for (const auto& [why, results] : groups) {
    const Result& first = *results.front();
    out << "<details class=\"case " << verdict_class(first) << "\"><summary><span class=\"sign\">"
        << sign_of(first) << "</span><span class=\"name\"><b>" << results.size()
        << (results.size() == 1 ? " case" : " cases") << "</b> <span class=\"title\">" << markup(why)
        << "</span></span><span class=\"what\">" << verdict_of(first)
        << "</span></summary>\n<ul class=\"body\">\n";
    for (const Result* result : results)
      out << "<li id=\"" << anchor_of(report, *result) << "\"><code>" << text(result->id) << "</code> "
          << text(result->title) << "</li>\n";
    out << "</ul></details>\n";
  }
  out << "</section>\n";
}

void write_untried(std::ostream& out, const Report& report) {
  write_untried(out, report, "Could not be tried", results_with(report, [](const Result& result) {
                  return result.status == Status::skipped || result.status == Status::not_run;
                }));
  Results not_offered;
  for (const Result& result : report.not_offered) not_offered.push_back(&result);
  write_untried(out, report, "Not offered", not_offered);
}

void write_foretold(std::ostream& out, const Report& report) {
  const auto foretold = results_with(report, failed_as_expected);
  if (foretold.empty()) return;
  out << "<section>\n";
  write_heading(out, "Failed as expected", foretold.size());
  for (const Result* result : foretold) write_case(out, report, *result);
  out << "</section>\n";
}

void write_passed(std::ostream& out, const Report& report) {
  const auto passed =
      results_with(report, [](const Result& result) { return result.status == Status::passed; });
  if (passed.empty()) return;
  out << "<section>\n";
  write_heading(out, "Passed", passed.size());
  if (report.results.size() > most_whole_cases)
    out << "<p class=\"left-out\">What went over the wire in these is in the JSON report. A page has it, "
           "too, when no "
           "more than "
        << most_whole_cases << " cases are run: add --html FILE to a line that repeats one.</p>\n";
  for (const Result* result : passed) write_case(out, report, *result);
  out << "</section>\n";
}

}  // namespace

void write_html(std::ostream& out, const Report& report) {
  write_page_begin(out, (report.name.empty() ? "parley-conform: " : "") + title_of(report));
  write_header(out, report);
  write_causes(out, report);
  write_failures(out, report);
  write_matrix(out, report);
  write_untried(out, report);
  write_foretold(out, report);
  write_passed(out, report);
  write_page_end(out, html_file("report.js"));
}

}  // namespace parley::conform
