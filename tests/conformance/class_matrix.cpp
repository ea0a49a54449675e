#include "tests/conformance/class_matrix.hpp"

#include <algorithm>
#include <map>
#include <ostream>

#include "tests/conformance/html_assets.hpp"
#include "tests/conformance/report.hpp"
#include "tests/conformance/report_csv.hpp"
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
  std::map<const Clause*, Status> verdicts;
  for (const Result& result : report.results) {
    const Status status = counts_as_passed(result) ? Status::passed : result.status;
    auto& worst = verdicts.try_emplace(result.clause, status).first->second;
    if (badness(status) > badness(worst)) worst = status;
  }
  return verdicts;
}

constexpr std::string_view page_style = R"(
main { max-width: none; }
.legend { margin-top: .75rem; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 3px; margin-top: 1rem; width: fit-content; max-width: 100%; }
.class { border-collapse: separate; border-spacing: 0; font-size: .8125rem; background: var(--raised); }
.class th, .class td { padding: .25rem .3rem; text-align: center; white-space: nowrap; border-bottom: 1px solid var(--line); }
.class tr > :first-child:not(.clause) { position: sticky; left: 0; z-index: 1; padding-left: .75rem; padding-right: .75rem; text-align: left; background: var(--raised); border-right: 1px solid var(--line); }
.class tbody th { min-width: 9rem; max-width: 18rem; white-space: normal; line-height: 1.3; font-weight: 600; }
.class tbody th small { display: block; }
.class td { min-width: 1.6rem; }
.class td.number { padding: .25rem .6rem; text-align: right; font-variant-numeric: tabular-nums; }
.class .first { border-left: 1px solid var(--line); }
.class thead .section-name { text-align: left; font-weight: 600; display: table-cell; padding: .375rem .4rem; }
.class thead .clause { vertical-align: bottom; font-family: var(--mono); font-weight: 400; font-size: .75rem; color: var(--soft); }
.class thead .clause span { writing-mode: vertical-rl; transform: rotate(180deg); }
.class thead .clause.must { font-weight: 700; color: var(--ink); }
.class .verdict { margin: 0; padding: .25rem .3rem; border-left: none; background: var(--back); color: var(--tone); }
.class .verdict.fail { font-weight: 700; }
.class td.problem { white-space: normal; text-align: left; }
.class td.problem span { display: block; max-width: 44rem; overflow-wrap: anywhere; color: var(--lost); }
.class tfoot th, .class tfoot td { border-bottom: none; color: var(--soft); font-weight: 400; font-size: .75rem; }
@media (max-width: 40rem) {
  .class tr > :first-child:not(.clause) { padding-left: .5rem; padding-right: .5rem; }
  .class tbody th { min-width: 7rem; max-width: 9.5rem; }
  .class td.problem span { max-width: 13rem; }
}
)";

constexpr std::string_view legend =
    R"(<p class="legend"><span class="pass"><b>✓</b> pass</span><span class="fail"><b>✗</b> fail</span>)"
    R"(<span class="skipped"><b>–</b> skipped: something that it builds on failed</span>)"
    R"(<span class="not-run"><b>?</b> not run</span><span>empty: does not apply</span>)"
    R"(<span><b>bold</b>: MUST</span><span>a clause with several cases is as bad as its worst</span></p>)";

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
        std::pair{'D', "Delivery"}, std::pair{'L', "Limits"}, std::pair{'C', "Clients"}})
    if (known == letter) return name;
  return "Other";
}

/// A clause that opens its section has a line to its left.
bool is_first(const Clauses& clauses, std::size_t index) {
  return index == 0 || clauses[index - 1]->id.front() != clauses[index]->id.front();
}

void write_head(std::ostream& out, const Clauses& clauses) {
  out << R"(<thead><tr><th rowspan="2">Submission</th><th rowspan="2">Score</th>)"
      << R"(<th rowspan="2" title="MUST cases that did not pass">MUST<br>missed</th>)";
  for (const Clauses& section : by_letter(clauses))
    out << "<th class=\"section-name first\" colspan=\"" << section.size() << "\">"
        << section_name(section.front()->id.front()) << "</th>";
  out << "</tr><tr>";
  for (std::size_t i = 0; i < clauses.size(); ++i) {
    const std::string kind = std::string(is_first(clauses, i) ? "clause first" : "clause") +
                             (clauses[i]->level == Level::must ? " must" : "");
    out << "<th" << attribute("class", kind) << attribute("title", clauses[i]->sentence) << "><span>"
        << clauses[i]->id << "</span></th>";
  }
  out << "</tr></thead>";
}

/// How many of the class pass each clause.
void write_foot(std::ostream& out, const std::vector<Verdicts>& all, const Clauses& clauses) {
  out << R"(<tfoot><tr><th scope="row">pass, of those tried</th><td></td><td></td>)";
  for (std::size_t i = 0; i < clauses.size(); ++i) {
    std::size_t tried = 0;
    std::size_t passed = 0;
    for (const Verdicts& verdicts : all) {
      const auto found = verdicts.find(clauses[i]);
      if (found == verdicts.end()) continue;
      ++tried;
      if (found->second == Status::passed) ++passed;
    }
    out << (is_first(clauses, i) ? "<td class=\"first\">" : "<td>") << passed << "<br>" << tried << "</td>";
  }
  out << "</tr></tfoot>";
}

std::ptrdiff_t missed_musts(const Report& report) {
  return std::ranges::count_if(report.results, [](const Result& result) {
    return clause_of(result).level == Level::must && !counts_as_passed(result);
  });
}

void write_cell(std::ostream& out, const Clause& clause, bool first, const Verdicts& verdicts) {
  const auto found = verdicts.find(&clause);
  if (found == verdicts.end()) {
    out << (first ? "<td class=\"first\"></td>" : "<td></td>");
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
  out << "<td" << attribute("class", (first ? "verdict first " : "verdict ") + std::string(name))
      << attribute("title", std::string(clause.id) + " " + std::string(to_text(found->second)) + ": " +
                                std::string(clause.sentence))
      << '>' << sign << "</td>";
}

void write_row(std::ostream& out, const ClassRow& row, const Verdicts& verdicts, const Clauses& clauses) {
  const auto totals = row.report.totals();
  const std::string name = markup(shown(row.submission));
  out << "<tr><th scope=\"row\">";
  if (row.report_file.empty())
    out << name;
  else
    out << "<a" << attribute("href", row.report_file) << '>' << name << "</a>";
  out << " <small>" << row.half << "</small></th>";
  if (!row.problem.empty()) {
    out << "<td class=\"problem\" colspan=\"" << clauses.size() + 2 << "\"><span>"
        << markup(shown(row.problem)) << "</span></td></tr>\n";
    return;
  }
  out << "<td class=\"number\">" << totals.score << '/' << totals.max_score << "</td><td class=\"number\">"
      << missed_musts(row.report) << "</td>";
  for (std::size_t i = 0; i < clauses.size(); ++i)
    write_cell(out, *clauses[i], is_first(clauses, i), verdicts);
  out << "</tr>\n";
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
  std::vector<Verdicts> verdicts;
  for (const ClassRow& row : rows)
    verdicts.push_back(row.problem.empty() ? verdicts_of(row.report) : Verdicts{});
  out << "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
         "<title>parley-conform: the class</title><style>"
      << report_css << page_style
      << "</style></head><body><main>\n<p class=\"suite\">parley-conform</p><h1>The class: " << rows.size()
      << (rows.size() == 1 ? " program" : " programs") << "</h1>\n"
      << "<div class=\"scroll\"><table class=\"class\">";
  write_head(out, clauses);
  out << "<tbody>\n";
  for (std::size_t i = 0; i < rows.size(); ++i) write_row(out, rows[i], verdicts[i], clauses);
  out << "</tbody>";
  write_foot(out, verdicts, clauses);
  out << "</table></div>\n" << legend << "</main></body></html>\n";
}

}  // namespace parley::conform
