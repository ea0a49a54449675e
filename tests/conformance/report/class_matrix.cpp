#include "tests/conformance/report/class_matrix.hpp"

#include <algorithm>
#include <map>
#include <ostream>

#include "tests/conformance/report/causes.hpp"
#include "tests/conformance/report/html_assets.hpp"
#include "tests/conformance/report/report.hpp"
#include "tests/conformance/report/report_csv.hpp"
#include "tests/conformance/report/report_markup.hpp"
#include "tests/conformance/report/report_page.hpp"

namespace parley::conform {
namespace {

using Rows = std::vector<const ClassRow*>;

/// The clauses that any row has results for, in the order of the page.
std::vector<const Clause*> clauses_of(const Rows& rows) {
  std::vector<const Clause*> used;
  for (const Clause& clause : all_clauses()) {
    const auto tries = [&](const ClassRow* row) {
      return std::ranges::any_of(row->report.results,
                                 [&](const Result& result) { return result.clause == &clause; });
    };
    if (std::ranges::any_of(rows, tries)) used.push_back(&clause);
  }
  return used;
}

/// The verdict on each clause: its worst case's.
std::map<const Clause*, Status> verdicts_of(const Report& report) {
  std::map<const Clause*, Status> verdicts;
  for (const Result& result : report.results) {
    const Status status = counts_as_passed(result) ? Status::passed : result.status;
    auto& worst = verdicts.try_emplace(result.clause, status).first->second;
    if (badness(status) > badness(worst)) worst = status;
  }
  return verdicts;
}

constexpr std::string_view legend =
    R"(<p class="legend"><span class="pass"><b>✓</b> pass</span><span class="fail"><b>✗</b> fail</span>)"
    R"(<span class="skipped"><b>–</b> skipped: something that it builds on failed</span>)"
    R"(<span class="not-run"><b>?</b> not run</span><span>empty: does not apply</span>)"
    R"(<span><b>bold</b>: MUST</span><span>a clause with several cases is as bad as its worst</span>)"
    R"(<span>untried: cases that were skipped or not run</span></p>)";

using Clauses = std::vector<const Clause*>;
using Verdicts = std::map<const Clause*, Status>;

/// The clauses by the letter of their section.
std::vector<Clauses> by_letter(const Clauses& clauses) {
  std::vector<Clauses> sections;
  for (const Clause* clause : clauses) {
    if (sections.empty() || sections.back().front()->id.front() != clause->id.front())
      sections.emplace_back();
    sections.back().push_back(clause);
  }
  return sections;
}

std::string_view section_name(char letter) {
  for (const auto& [known, name] :
       {std::pair{'F', "Framing"}, std::pair{'M', "Messages"}, std::pair{'R', "Registration"},
        std::pair{'D', "Delivery"}, std::pair{'L', "Limits"}, std::pair{'C', "Clients"},
        std::pair{'S', "SERVER"}})
    if (known == letter) return name;
  return "Other";
}

/// A clause that opens its section has a line to its left.
bool is_first(const Clauses& clauses, std::size_t index) {
  return index == 0 || clauses[index - 1]->id.front() != clauses[index]->id.front();
}

int untried_of(const Report::Totals& totals) {
  return totals.skipped + totals.not_run;
}

/// What explains most of it, in a sentence.
std::string root_cause(const ClassRow& row) {
  const auto causes = first_causes(row.report);
  return causes.empty() ? "" : causes.front().sentence;
}

/// In the order of the table; the script sorts by what is named here.
void write_head(std::ostream& out, const Clauses& clauses) {
  out << "<thead><tr>";
  for (const char* title : {"Submission", "Score", "Passed", "Failed", "Untried", "Fix this first"})
    out << "<th rowspan=\"2\" data-sort>" << title << "</th>";
  for (const Clauses& section : by_letter(clauses))
    out << "<th class=\"section-name first\" colspan=\"" << section.size() << "\">"
        << section_name(section.front()->id.front()) << "</th>";
  out << "</tr><tr>";
  for (std::size_t i = 0; i < clauses.size(); ++i) {
    const std::string kind = std::string(is_first(clauses, i) ? "clause first" : "clause") +
                             (clauses[i]->level == Level::must ? " must" : "");
    out << "<th data-sort" << attribute("class", kind) << attribute("title", clauses[i]->sentence)
        << "><span>" << clauses[i]->id << "</span></th>";
  }
  out << "</tr>";
}

/// How many of those that came up pass each clause: it ends the head.
void write_shares(std::ostream& out, const std::vector<Verdicts>& all, const Clauses& clauses) {
  out << "<tr class=\"shares\"><th scope=\"row\">pass, of those "
         "tried</th><td></td><td></td><td></td><td></td><td></td>";
  for (std::size_t i = 0; i < clauses.size(); ++i) {
    std::size_t tried = 0;
    std::size_t passed = 0;
    for (const Verdicts& verdicts : all) {
      const auto found = verdicts.find(clauses[i]);
      if (found == verdicts.end() || found->second == Status::not_run) continue;
      ++tried;
      if (found->second == Status::passed) ++passed;
    }
    out << (is_first(clauses, i) ? "<td class=\"first\">" : "<td>") << passed << "<br>" << tried << "</td>";
  }
  out << "</tr></thead>";
}

void write_cell(std::ostream& out, const Clause& clause, bool first, const Verdicts& verdicts) {
  const auto found = verdicts.find(&clause);
  if (found == verdicts.end()) {
    out << "<td data-value=\"-1\"" << (first ? " class=\"first\"></td>" : "></td>");
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
      case Status::not_offered:
        break;  // has no cell
    }
    return {};
  }();
  out << "<td data-value=\"" << badness(found->second) << '"'
      << attribute("class", (first ? "verdict first " : "verdict ") + std::string(name))
      << attribute("title", std::string(clause.id) + ' ' + std::string(to_text(found->second))) << '>' << sign
      << "</td>";
}

/// Nobody has a score who was not judged.
bool has_verdicts(const ClassRow& row) {
  return !row.report.results.empty();
}

void write_number(std::ostream& out, int number) {
  out << "<td class=\"number\" data-value=\"" << number << "\">" << number << "</td>";
}

/// Why it has no points, or what to mend first.
void write_cause(std::ostream& out, const ClassRow& row) {
  if (row.outcome != ProgramOutcome::judged) {
    out << "<td class=\"cause problem\"><span" << attribute("title", shown(row.problem)) << '>'
        << markup(shown(row.problem)) << "</span></td>";
    return;
  }
  const std::string cause = shown(root_cause(row));
  const std::string blocking = shown(blocking_case(row.report));
  out << "<td class=\"cause\"><span" << attribute("title", cause) << '>' << markup(cause) << "</span>";
  if (!blocking.empty()) out << "<small>most wait for " << markup(blocking) << "</small>";
  out << "</td>";
}

void write_row(std::ostream& out, const ClassRow& row, const Verdicts& verdicts, const Clauses& clauses) {
  const auto totals = row.report.totals();
  const std::string name = markup(shown(row.submission));
  out << "<tr><th scope=\"row\"" << attribute("data-value", shown(row.submission)) << '>';
  if (row.report_file.empty())
    out << name;
  else
    out << "<a" << attribute("href", link_to(row.report_file)) << '>' << name << "</a>";
  if (row.folder != row.submission) out << "<small>" << markup(shown(row.folder)) << "</small>";
  out << "</th>";
  if (has_verdicts(row)) {
    out << "<td class=\"number\" data-value=\"" << totals.score << "\">" << totals.score << '/'
        << totals.max_score << "</td>";
    for (const int count : {totals.passed, totals.failed, untried_of(totals)}) write_number(out, count);
  } else {
    for (int i = 0; i < 4; ++i) out << "<td class=\"number\" data-value=\"-1\">\u2013</td>";
  }
  write_cause(out, row);
  for (std::size_t i = 0; i < clauses.size(); ++i)
    write_cell(out, *clauses[i], is_first(clauses, i), verdicts);
  out << "</tr>\n";
}

void write_total(std::ostream& out, std::string_view css_class, std::ptrdiff_t count, std::string_view what) {
  out << "<li class=\"" << css_class << (count == 0 ? " none" : "") << "\"><b>" << count << "</b> " << what
      << "</li>\n";
}

void write_totals(std::ostream& out, const std::vector<ClassRow>& rows) {
  const auto is_good = [](const ClassRow& row) {
    return row.outcome == ProgramOutcome::judged && row.report.totals().all_must_passed;
  };
  const auto good = std::ranges::count_if(rows, is_good);
  const auto untried =
      std::ranges::count_if(rows, [](const ClassRow& row) { return row.outcome != ProgramOutcome::judged; });
  const auto all = static_cast<std::ptrdiff_t>(rows.size());
  out << "<ul class=\"totals\">\n";
  write_total(out, "", all, all == 1 ? "program" : "programs");
  write_total(out, "pass", good, "passed all MUST");
  write_total(out, "fail", all - good - untried, "failed some");
  write_total(out, "not-run", untried, "could not be tried");
  out << "</ul>\n<p class=\"about\"><a href=\"lecture.html\">What they fail most</a> \u00b7 <a "
         "href=\"class.csv\">this "
         "page as CSV</a></p>\n";
}

/// The one in the middle.
int median_score(const Rows& rows) {
  std::vector<int> scores;
  for (const ClassRow* row : rows)
    if (has_verdicts(*row)) scores.push_back(row->report.totals().score);
  std::ranges::sort(scores);
  return scores.empty() ? 0 : scores[scores.size() / 2];
}

void write_half(std::ostream& out, const Rows& rows, std::string_view title) {
  if (rows.empty()) return;
  const auto clauses = clauses_of(rows);
  std::vector<Verdicts> verdicts;
  for (const ClassRow* row : rows) verdicts.push_back(verdicts_of(row->report));
  out << "<section>\n<h2>" << title << " <small>" << rows.size() << ", median score " << median_score(rows)
      << "</small></h2>\n<div class=\"scroll\"><table class=\"class\">";
  write_head(out, clauses);
  write_shares(out, verdicts, clauses);
  out << "<tbody>\n";
  for (std::size_t i = 0; i < rows.size(); ++i) write_row(out, *rows[i], verdicts[i], clauses);
  out << "</tbody></table></div>\n</section>\n";
}

Rows rows_of(const std::vector<ClassRow>& rows, std::string_view half) {
  Rows out;
  for (const ClassRow& row : rows)
    if (half.empty() || row.half == half) out.push_back(&row);
  return out;
}

}  // namespace

void write_class_csv(std::ostream& out, const std::vector<ClassRow>& rows) {
  const auto clauses = clauses_of(rows_of(rows, {}));
  out << "folder,name,half,score,max_score,passed,failed,untried,blocking_case,root_cause,problem";
  for (const Clause* clause : clauses) out << ',' << clause->id;
  out << "\r\n";
  for (const ClassRow& row : rows) {
    const auto totals = row.report.totals();
    const auto verdicts = verdicts_of(row.report);
    out << csv_field(row.folder) << ',' << csv_field(row.submission) << ',' << row.half;
    for (const int number :
         {totals.score, totals.max_score, totals.passed, totals.failed, untried_of(totals)})
      out << ',' << (has_verdicts(row) ? std::to_string(number) : "");
    out << ',' << csv_field(blocking_case(row.report)) << ',' << csv_field(root_cause(row)) << ','
        << csv_field(row.problem);
    for (const Clause* clause : clauses) {
      const auto found = verdicts.find(clause);
      out << ',' << (found == verdicts.end() ? "" : to_text(found->second));
    }
    out << "\r\n";
  }
}

void write_class_html(std::ostream& out, const std::vector<ClassRow>& rows) {
  write_page_begin(out, "The class: parley-conform", html_file("class.css"), "whole-width");
  out << "<p class=\"suite\">parley-conform</p><h1>The class</h1>\n";
  write_totals(out, rows);
  out << legend;
  write_half(out, rows_of(rows, "server"), "Servers");
  write_half(out, rows_of(rows, "client"), "Clients");
  write_page_end(out, html_file("class.js"));
}

}  // namespace parley::conform
