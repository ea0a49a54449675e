#include <algorithm>
#include <map>
#include <ostream>
#include <string>

#include "tests/conformance/causes.hpp"
#include "tests/conformance/html_assets.hpp"
#include "tests/conformance/report.hpp"
#include "tests/conformance/report_bytes.hpp"
#include "tests/conformance/report_diagram.hpp"
#include "tests/conformance/report_markup.hpp"
#include "tests/conformance/report_writers.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t caret_columns = 34;  // what a phone shows without scrolling
constexpr std::size_t no_lane = static_cast<std::size_t>(-1);

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

void write_header(std::ostream& out, const Report& report) {
  const Report::Totals totals = report.totals();
  const bool good = totals.all_must_passed && !report.results.empty();
  out << "<header class=\"top\">\n<p class=\"suite\">parley-conform " << text(report.version) << "</p>\n<h1>"
      << text(report.subject) << "</h1>\n<p class=\"verdict " << (good ? "pass" : "fail") << "\">"
      << markup(verdict_sentence(report)) << "</p>\n<ul class=\"totals\">\n";
  write_count(out, "pass", totals.passed, "passed");
  write_count(out, "fail", totals.failed, "failed");
  write_count(out, "skipped", totals.skipped, "skipped");
  write_count(out, "not-run", totals.not_run, "not run");
  out << "<li class=\"score\"><b>" << totals.score << "</b> of " << totals.max_score
      << " points</li>\n</ul>\n"
      << "<p class=\"about\">Seed " << report.seed << " \u00b7 " << seconds_text(report.duration)
      << " s</p>\n</header>\n";
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
    write_row(out, "Repeat", "<pre>" + text(result.repeat_command) + "</pre>");
  out << "</dl>\n";
}

void write_event(std::ostream& out, const Transcript& transcript, std::size_t index,
                 const std::string& anchor) {
  const Entry& entry = transcript.entries()[index];
  const bool carries = entry.happening == Happening::sent || entry.happening == Happening::received;
  const std::string_view arrow = entry.happening == Happening::sent       ? "\u2192"
                                 : entry.happening == Happening::received ? "\u2190"
                                                                          : "";
  out << "<li><details><summary><span class=\"time\">" << milliseconds_text(entry.at)
      << "</span> <span class=\"where\">" << markup(lane_name(transcript, entry.lane))
      << "</span> <span class=\"arrow\">" << arrow << "</span> <code>"
      << (carries ? markup(escaped(entry.bytes, 80)) : std::string(happening_text(entry.happening)))
      << "</code></summary><div id=\"" << anchor << ':' << index << "\">";
  if (carries)
    out << "<p class=\"size\">" << byte_count(entry.bytes.size()) << "</p><pre>"
        << markup(escaped(entry.bytes, html_bytes_shown)) << "</pre><pre class=\"hex\">"
        << hex(entry.bytes, html_bytes_shown) << "</pre>";
  else
    out << "<p>" << happening_text(entry.happening) << (entry.bytes.empty() ? "" : ": ") << text(entry.bytes)
        << "</p>";
  out << "</div></details></li>\n";
}

void write_events(std::ostream& out, const Transcript& transcript, const std::string& anchor) {
  const std::size_t count = transcript.entries().size();
  if (count == 0) return;
  const ShownEvents part = events_to_show(count, events_shown);
  out << "<details class=\"log\"><summary>Every byte <small>" << count << (count == 1 ? " event" : " events")
      << "</small></summary>\n<ol>\n";
  for (std::size_t i = 0; i < part.first; ++i) write_event(out, transcript, i, anchor);
  if (part.first < part.second)
    out << "<li class=\"left-out\">" << part.second - part.first
        << " events are left out here. The JSON report has all of them.</li>\n";
  for (std::size_t i = part.second; i < count; ++i) write_event(out, transcript, i, anchor);
  out << "</ol>\n</details>\n";
}

void write_case(std::ostream& out, const Report& report, const Result& result) {
  const std::string anchor = anchor_of(report, result);
  const bool failed = failed_unexpectedly(result);
  out << "<details class=\"case " << verdict_class(result) << '"' << (failed ? " open" : "")
      << "><summary><span class=\"sign\">" << sign_of(result) << "</span><span class=\"name\"><b>"
      << text(result.id) << "</b> <span class=\"title\">" << text(result.title)
      << "</span></span><span class=\"what\">" << verdict_of(result)
      << "</span></summary>\n<div class=\"body\" id=\"" << anchor << "\">\n";
  if (passed_unexpectedly(result))
    out << "<p>Passed, although it is on the list of cases that are expected to fail.</p>\n";
  write_explanation(out, result);
  write_diagram(out, result.transcript, program_of(report), anchor,
                result.failure ? result.failure->lane : no_lane);
  write_events(out, result.transcript, anchor);
  out << "</div></details>\n";
}

}  // namespace

void write_html(std::ostream& out, const Report& report) {
  // The policy forbids every fetch: what the page shows can not reach out, even if an escape were missing.
  out << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'; "
         "script-src 'unsafe-inline'\">\n<title>parley-conform: "
      << markup(shown(report.subject, 200)) << "</title>\n<style>\n"
      << report_css << "</style>\n</head>\n<body>\n<main>\n";
  write_header(out, report);
  write_causes(out, report);
  write_matrix(out, report);
  for (const SectionResults& part : by_section(report)) {
    out << "<section>\n<h2>" << part.section.title << " <small>" << part.totals.passed << " of "
        << part.results.size() << "</small></h2>\n";
    for (const Result* result : part.results) write_case(out, report, *result);
    out << "</section>\n";
  }
  out << "</main>\n<script>\n" << report_js << "</script>\n</body>\n</html>\n";
}

}  // namespace parley::conform
