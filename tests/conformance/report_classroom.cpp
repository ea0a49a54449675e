#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "tests/conformance/report.hpp"
#include "tests/conformance/report_text.hpp"
#include "tests/conformance/report_writers.hpp"

namespace parley::conform {
namespace {

using Json = nlohmann::ordered_json;

std::string_view status_of(const Result& result) {
  if (counts_as_passed(result)) return "pass";
  return result.status == Status::not_run ? "error" : "fail";
}

std::string_view status_of(const Report& report) {
  const Report::Totals totals = report.totals();
  if (report.results.empty()) return "error";
  if (totals.all_must_passed) return "pass";
  return totals.failed > 0 || totals.skipped > 0 ? "fail" : "error";
}

// For "error" the reporter prints this alone, without the test's name.
std::string message_of(const Result& result) {
  std::string why = why_not_tried(result);
  if (why.empty() && result.failure) why = "came: " + shown(result.failure->came);
  return shown(result.id) + ": " + std::string(verdict_of(result)) + (why.empty() ? "" : ", " + why);
}

}  // namespace

void write_classroom(std::ostream& out, const Report& report) {
  Json tests = Json::array();
  for (const Result& result : report.results) {
    const bool explain = result.status != Status::passed;
    tests.push_back({{"name", shown(result.id) + ": " + shown(result.title)},
                     {"status", status_of(result)},
                     {"score", score_of(result)},
                     {"max_score", result.weight},
                     {"message", explain ? Json(message_of(result)) : Json(nullptr)},
                     {"test_code", explain ? case_text(result, program_of(report), Detail::explanation) : ""},
                     {"filename", ""},
                     {"line_no", 0},
                     {"execution_time", seconds_text(result.duration) + "s"}});
  }
  const Json document = {{"version", 1},
                         {"status", status_of(report)},
                         {"max_score", report.totals().max_score},
                         {"tests", tests}};
  out << document.dump(1, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace parley::conform
