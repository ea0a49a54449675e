#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "protocol/text.hpp"
#include "tests/conformance/report/causes.hpp"
#include "tests/conformance/report/report.hpp"
#include "tests/conformance/report/report_bytes.hpp"
#include "tests/conformance/report/report_writers.hpp"

namespace parley::conform {
namespace {

using Json = nlohmann::ordered_json;

constexpr int format_version = 1;

Json bytes_json(std::string_view bytes) {
  return {{"text", escaped(bytes)}, {"hex", hex(bytes)}};
}

Json failure_json(const Failure& failure) {
  return {{"expected", visible(failure.expected)},
          {"came", visible(failure.came)},
          {"garbage_at", failure.garbage_at ? Json(*failure.garbage_at) : Json(nullptr)},
          {"lane", failure.lane},
          {"bytes", bytes_json(failure.bytes)}};
}

Json transcript_json(const Transcript& transcript) {
  Json lanes = Json::array();
  for (const std::string& lane : transcript.lanes()) lanes.push_back(visible(lane));
  Json entries = Json::array();
  for (const Entry& entry : transcript.entries()) {
    Json json = {
        {"at_us", entry.at.count()}, {"lane", entry.lane}, {"happening", happening_word(entry.happening)}};
    if (entry.happening == Happening::note)
      json["text"] = visible(entry.bytes);
    else
      json["bytes"] = bytes_json(entry.bytes);
    entries.push_back(std::move(json));
  }
  return {{"lanes", std::move(lanes)}, {"entries", std::move(entries)}};
}

Json result_json(const Result& result) {
  const Clause& clause = clause_of(result);
  return {{"id", visible(result.id)},
          {"title", visible(result.title)},
          {"clause",
           {{"id", visible(clause.id)},
            {"level", to_text(clause.level)},
            {"sentence", visible(clause.sentence)}}},
          {"weight", result.weight},
          {"score", score_of(result)},
          {"status", to_text(result.status)},
          {"expected_to_fail", result.expected_to_fail},
          {"counts_as_passed", counts_as_passed(result)},
          {"blocked_by", visible(result.blocked_by)},
          {"reason", visible(result.reason)},
          {"failure", result.failure ? failure_json(*result.failure) : Json(nullptr)},
          {"tries", visible(result.tries)},
          {"hint", visible(result.hint)},
          {"repeat_command", visible(result.repeat_command)},
          {"duration_ms", result.duration.count()},
          {"transcript", transcript_json(result.transcript)}};
}

Json causes_of(const Report& report) {
  Json causes = Json::array();
  for (const Cause& cause : first_causes(report)) {
    Json cases = Json::array();
    for (const Result* result : cause.cases) cases.push_back(shown(result->id));
    causes.push_back({{"sentence", shown(cause.sentence)}, {"cases", cases}, {"waiting", cause.waiting}});
  }
  return causes;
}

}  // namespace

void write_json(std::ostream& out, const Report& report) {
  const Report::Totals totals = report.totals();
  Json results = Json::array();
  for (const Result& result : report.results) results.push_back(result_json(result));
  Json not_offered = Json::array();
  for (const Result& result : report.not_offered) not_offered.push_back(result_json(result));
  const Json document = {{"format", "parley-conform"},
                         {"format_version", format_version},
                         {"suite_version", visible(report.version)},
                         {"subject", visible(report.subject)},
                         {"name", visible(report.name)},
                         {"folder", visible(report.folder)},
                         {"problem", visible(report.problem)},
                         {"seed", report.seed},
                         {"duration_ms", report.duration.count()},
                         {"totals",
                          {{"passed", totals.passed},
                           {"failed", totals.failed},
                           {"skipped", totals.skipped},
                           {"not_run", totals.not_run},
                           {"score", totals.score},
                           {"max_score", totals.max_score},
                           {"all_must_passed", totals.all_must_passed},
                           {"verdict", verdict_sentence(report)}}},
                         {"causes", causes_of(report)},
                         {"results", std::move(results)},
                         {"not_offered", std::move(not_offered)}};
  out << document.dump(1, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace parley::conform
