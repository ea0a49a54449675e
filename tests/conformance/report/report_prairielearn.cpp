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

/// How much is said of a case; less when the whole would be too long.
enum class Wording { all, no_transcripts, none };

std::string output_of(const Result& result, std::string_view program, Wording words) {
  if (counts_as_passed(result) || words == Wording::none) return {};
  return case_text(result, program,
                   words == Wording::all ? Detail::explanation_and_transcript : Detail::explanation);
}

Json tests_of(const Report& report, Wording words) {
  Json tests = Json::array();
  for (const Result& result : report.results)
    tests.push_back({{"name", shown(result.id)},
                     {"description", words == Wording::none ? "" : shown(result.title)},
                     {"points", score_of(result)},
                     {"max_points", result.weight},
                     {"message", std::string(verdict_of(result))},
                     {"output", output_of(result, program_of(report), words)}});
  return tests;
}

std::string document_of(const Report& report, Wording words) {
  const Report::Totals totals = report.totals();
  const bool is_gradable = totals.passed > 0 || totals.failed > 0;
  Json document = {{"gradable", is_gradable}};
  if (is_gradable) {
    document["score"] = totals.max_score > 0 ? static_cast<double>(totals.score) / totals.max_score : 0;
  } else {
    const std::string why = report.results.empty() ? "" : why_not_tried(report.results.front());
    document["format_errors"] = Json::array({why.empty() ? "Nothing was tried." : why});
  }
  document["message"] = verdict_sentence(report) + ' ' + totals_text(report);
  document["output"] = causes_text(report);
  document["tests"] = tests_of(report, words);
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

void write_prairielearn(std::ostream& out, const Report& report) {
  std::string document;
  for (const Wording words : {Wording::all, Wording::no_transcripts, Wording::none}) {
    document = document_of(report, words);
    if (document.size() <= prairielearn_bytes) break;
  }
  out << document;
}

}  // namespace parley::conform
