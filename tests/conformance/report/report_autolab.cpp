#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "tests/conformance/report/report.hpp"
#include "tests/conformance/report/report_brief.hpp"
#include "tests/conformance/report/report_writers.hpp"

namespace parley::conform {
namespace {

using Json = nlohmann::ordered_json;

std::string hint_of(const Result& result) {
  if (std::string why = why_not_tried(result); !why.empty()) return why;
  if (!result.hint.empty()) return shown(result.hint);
  return result.failure ? "came: " + shown(result.failure->came) : shown(result.title);
}

std::string one_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void write_autolab(std::ostream& out, const Report& report) {
  Json feedback = {{"_presentation", "semantic"}, {"stages", Json::array()}};
  Json scores = Json::object();
  for (const auto& [section, results, totals] : by_section(report)) {
    const std::string title(section.title);
    Json& stage = feedback[title] = Json::object();
    for (const Result* result : results) {
      Json& test = stage[shown(result->id)] = {{"passed", counts_as_passed(*result)}};
      if (!counts_as_passed(*result)) test["hint"] = hint_of(*result);
    }
    feedback["stages"].push_back(title);
    if (section.letter != "SV" || totals.max_score > 0) scores[title] = totals.score;  // else no lab has it
  }
  out << brief_text(report, autolab_text_bytes) << '\n'
      << one_line(feedback) << '\n'
      << one_line({{"scores", scores}}) << '\n';
}

}  // namespace parley::conform
