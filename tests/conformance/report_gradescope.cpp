#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "tests/conformance/causes.hpp"
#include "tests/conformance/report.hpp"
#include "tests/conformance/report_text.hpp"
#include "tests/conformance/report_writers.hpp"

namespace parley::conform {
namespace {

using Json = nlohmann::ordered_json;

std::string output_of(const Result& result, std::string_view program) {
  if (result.status == Status::passed) return {};
  const std::string text = case_text(result, program, Detail::explanation_and_transcript);
  return failed_as_expected(result) ? "This case is expected to fail, and costs no points.\n" + text : text;
}

std::string causes_text(const Report& report) {
  std::string out;
  for (const Cause& cause : first_causes(report))
    out += (out.empty() ? "\n\nFix this first:\n- " : "- ") + shown(cause.sentence) + " (" +
           what_hangs_on(cause) + ")\n";
  return out;
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
                       {"output", output_of(result, program_of(report))},
                       {"output_format", "text"},
                       {"visibility", "visible"},
                       {"tags", {section.title, to_text(clause.level), verdict_of(result)}}});
    }
  }
  const Json document = {
      {"score", totals.score},
      {"execution_time", static_cast<double>(report.duration.count()) / 1000},
      {"output", shown(title_of(report)) + '\n' + verdict_sentence(report) + '\n' + totals_text(report) +
                     causes_text(report)},
      {"output_format", "text"},
      {"visibility", "visible"},
      {"stdout_visibility", "hidden"},
      // Gradescope has no maximum of its own beside those of the tests: it belongs to the assignment.
      {"extra_data",
       {{"max_score", totals.max_score}, {"seed", report.seed}, {"version", shown(report.version)}}},
      {"tests", tests}};
  out << document.dump(1, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace parley::conform
