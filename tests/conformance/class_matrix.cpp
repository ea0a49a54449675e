#include "tests/conformance/class_matrix.hpp"

#include <algorithm>
#include <map>
#include <ostream>

#include "tests/conformance/html_assets.hpp"
#include "tests/conformance/report.hpp"
#include "tests/conformance/report_markup.hpp"

namespace parley::conform {
namespace {

/// The clauses that any row has results for, in the order of the page.
std::vector<const Clause*> clauses_of(const std::vector<ClassRow>& rows) {
  std::vector<const Clause*> used;
  for (const Clause& clause : all_clauses()) {
    const auto tries = [&](const ClassRow& row) {
      return std::ranges::any_of(row.report.results,
                                 [&](const Result& result) { return result.clause == &clause; });
    };
    if (std::ranges::any_of(rows, tries)) used.push_back(&clause);
  }
  return used;
}

/// The verdict on each clause: its worst case's.
std::map<const Clause*, Status> verdicts_of(const Report& report) {
  const auto badness = [](Status status) {
    switch (status) {
      case Status::passed:
        return 0;
      case Status::skipped:
        return 1;
      case Status::not_run:
        return 2;
      case Status::failed:
        return 3;
    }
    return 0;
  };
  std::map<const Clause*, Status> verdicts;
  for (const Result& result : report.results) {
    const Status status = counts_as_passed(result) ? Status::passed : result.status;
    auto& worst = verdicts.try_emplace(result.clause, status).first->second;
    if (badness(status) > badness(worst)) worst = status;
  }
  return verdicts;
}

/// A field of RFC 4180; what a spreadsheet would take for a formula is defused.
std::string csv_field(const std::string& text) {
  std::string out = "\"";
  const std::string safe = shown(text);
  if (!safe.empty() && std::string_view("=+-@").find(safe.front()) != std::string_view::npos) out += '\'';
  for (const char c : safe) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

constexpr std::string_view page_style = R"(
.scroll { overflow-x: auto; }
.class { border-collapse: collapse; font-size: .8125rem; }
.class th, .class td { padding: .2rem .35rem; text-align: center; border-bottom: 1px solid var(--line); white-space: nowrap; }
.class th:first-child { text-align: left; position: sticky; left: 0; background: var(--page); max-width: 14rem; overflow: hidden; text-overflow: ellipsis; }
.class thead th.clause { writing-mode: vertical-rl; font-weight: 400; font-family: var(--mono); }
.class td.pass { background: var(--pass-back); color: var(--pass); }
.class td.fail { background: var(--fail-back); color: var(--fail); font-weight: 700; }
.class td.skipped { background: var(--warn-back); color: var(--warn); }
.class td.not-run { background: var(--lost-back); color: var(--lost); }
)";

void write_cell(std::ostream& out, const Clause& clause, const std::map<const Clause*, Status>& verdicts) {
  const auto found = verdicts.find(&clause);
  if (found == verdicts.end()) {
    out << "<td></td>";
    return;
  }
  const auto [name, sign] = [&]() -> std::pair<std::string_view, std::string_view> {
    switch (found->second) {
      case Status::passed:
        return {"pass", "\u2713"};
      case Status::failed:
        return {"fail", "\u2717"};
      case Status::skipped:
        return {"skipped", "\u2013"};
      case Status::not_run:
        return {"not-run", "?"};
    }
    return {};
  }();
  out << "<td" << attribute("class", name)
      << attribute("title", std::string(clause.id) + " " + std::string(to_text(found->second)) + ": " +
                                std::string(clause.sentence))
      << '>' << sign << "</td>";
}

}  // namespace

void write_class_csv(std::ostream& out, const std::vector<ClassRow>& rows) {
  const auto clauses = clauses_of(rows);
  out << "submission,half,score,max_score,problem";
  for (const Clause* clause : clauses) out << ',' << clause->id;
  out << "\r\n";
  for (const ClassRow& row : rows) {
    const auto totals = row.report.totals();
    const auto verdicts = verdicts_of(row.report);
    out << csv_field(row.submission) << ',' << row.half << ',' << totals.score << ',' << totals.max_score
        << ',' << csv_field(row.problem);
    for (const Clause* clause : clauses) {
      const auto found = verdicts.find(clause);
      out << ',' << (found == verdicts.end() ? "" : to_text(found->second));
    }
    out << "\r\n";
  }
}

void write_class_html(std::ostream& out, const std::vector<ClassRow>& rows) {
  const auto clauses = clauses_of(rows);
  out << "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>parley-conform: the "
         "class</title>"
         "<style>"
      << report_css << page_style << "</style></head><body><main>\n<h1>The class</h1>\n<p>" << rows.size()
      << " programs. \u2713 pass, \u2717 fail, \u2013 skipped since something that it builds on failed, ? "
         "not run. "
         "A clause with several cases is as bad as its worst.</p>\n<div class=\"scroll\"><table "
         "class=\"class\"><thead><tr>"
         "<th>Submission</th><th>Score</th>";
  for (const Clause* clause : clauses)
    out << "<th class=\"clause\"" << attribute("title", clause->sentence) << '>' << clause->id << "</th>";
  out << "</tr></thead><tbody>\n";
  for (const ClassRow& row : rows) {
    const auto totals = row.report.totals();
    const auto verdicts = verdicts_of(row.report);
    const std::string name = markup(shown(row.submission)) + " <small>" + row.half + "</small>";
    out << "<tr><th scope=\"row\">";
    if (row.report_file.empty())
      out << name;
    else
      out << "<a" << attribute("href", row.report_file) << '>' << name << "</a>";
    out << "</th><td>" << totals.score << '/' << totals.max_score << "</td>";
    if (!row.problem.empty() && row.report.results.empty())
      out << "<td class=\"not-run\" colspan=\"" << std::max<std::size_t>(1, clauses.size()) << "\">"
          << markup(shown(row.problem)) << "</td>";
    else
      for (const Clause* clause : clauses) write_cell(out, *clause, verdicts);
    out << "</tr>\n";
  }
  out << "</tbody></table></div>\n</main></body></html>\n";
}

}  // namespace parley::conform
