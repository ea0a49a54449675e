#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "tests/conformance/report/report.hpp"
#include "tests/conformance/report/report_brief.hpp"
#include "tests/conformance/report/report_text.hpp"
#include "tests/conformance/report/report_writers.hpp"

namespace parley::conform {
namespace {

using Json = nlohmann::ordered_json;

std::string output_of(const Result& result, std::string_view program) {
  if (result.status == Status::passed) return {};
  const std::string text = case_text(result, program, Detail::explanation_and_transcript);
  return failed_as_expected(result) ? "This case is expected to fail, and costs no points.\n" + text : text;
}

/// What may be said where cases of this visibility are shown: nothing of the less visible ones.
Report seen_at(const Report& report, Visibility visibility) {
  Report seen = report;
  std::erase_if(seen.results, [&](const Result& result) { return result.visibility > visibility; });
  return seen;
}

/// The blocking case's name tells that it has failed.
Result without_hidden_cause(const Result& result, const Report& report) {
  Result told = result;
  const auto cause = std::ranges::find(report.results, result.blocked_by, &Result::id);
  if (cause != report.results.end() && cause->visibility > result.visibility) told.blocked_by.clear();
  return told;
}

std::string output_of(const Report& report) {
  const Report seen = seen_at(report, report.visibility);
  const std::size_t unseen = report.results.size() - seen.results.size();
  std::string out = shown(title_of(report)) + '\n' + verdict_sentence(seen) + '\n' + totals_text(seen);
  if (unseen > 0)
    out += "\nThis is without " + std::to_string(unseen) +
           (unseen == 1 ? " case that is" : " cases that are") + " shown later, or not at all.";
  const std::string causes = causes_text(seen);
  return causes.empty() ? out : out + "\n\n" + causes;
}

}  // namespace

void write_gradescope(std::ostream& out, const Report& report) {
  const Report::Totals totals = report.totals();
  Json tests = Json::array();
  int section_number = 0;
  for (const auto& [section, results, section_totals] : by_section(report)) {
    ++section_number;
    for (std::size_t i = 0; i < results.size(); ++i) {
      const Result& result = *results[i];
      const Clause& clause = clause_of(result);
      tests.push_back({{"score", score_of(result)},
                       {"max_score", result.weight},
                       {"status", counts_as_passed(result) ? "passed" : "failed"},
                       {"name", shown(result.id) + ": " + shown(result.title)},
                       {"name_format", "text"},
                       {"number", std::to_string(section_number) + '.' + std::to_string(i + 1)},
                       {"output", output_of(without_hidden_cause(result, report), program_of(report))},
                       {"output_format", "text"},
                       {"visibility", to_text(result.visibility)},
                       {"tags", {section.title, to_text(clause.level), verdict_of(result)}}});
    }
  }
  const Json document = {
      {"score", totals.score},
      {"execution_time", static_cast<double>(report.duration.count()) / 1000},
      {"output", output_of(report)},
      {"output_format", "text"},
      {"visibility", to_text(report.visibility)},
      {"stdout_visibility", "hidden"},
      // Gradescope has no maximum of its own beside those of the tests: it belongs to the assignment.
      {"extra_data",
       {{"max_score", totals.max_score}, {"seed", report.seed}, {"version", shown(report.version)}}},
      {"tests", tests}};
  out << document.dump(1, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace parley::conform
