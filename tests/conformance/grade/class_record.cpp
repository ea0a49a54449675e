#include "tests/conformance/grade/class_record.hpp"

#include <istream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string_view>

namespace parley::conform {
namespace {

using Json = nlohmann::json;

constexpr int format_version = 2;

/// JSON knows characters, not bytes: each byte is the character of its number.
std::string to_characters(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xc0 | (byte >> 6));
      text += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return text;
}

std::string to_bytes(const Json& json) {
  const auto& text = json.get_ref<const std::string&>();
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80 || i + 1 == text.size())
      bytes += text[i];
    else
      bytes += static_cast<char>((byte << 6) | (static_cast<unsigned char>(text[++i]) & 0x3f));
  }
  return bytes;
}

Json to_json(const Failure& failure) {
  Json json = {{"expected", to_characters(failure.expected)}, {"came", to_characters(failure.came)},
               {"bytes", to_characters(failure.bytes)},       {"lane", failure.lane},
               {"crash", to_characters(failure.crash)},       {"in_set_up", failure.in_set_up}};
  if (failure.garbage_at) json["garbage_at"] = *failure.garbage_at;
  return json;
}

Failure to_failure(const Json& json) {
  Failure failure{to_bytes(json.at("expected")),
                  to_bytes(json.at("came")),
                  to_bytes(json.at("bytes")),
                  {},
                  json.at("lane").get<std::size_t>()};
  failure.crash = to_bytes(json.at("crash"));
  failure.in_set_up = json.at("in_set_up").get<bool>();
  if (json.contains("garbage_at")) failure.garbage_at = json["garbage_at"].get<std::size_t>();
  return failure;
}

Json to_json(const Transcript& transcript) {
  Json lanes = Json::array();
  for (const std::string& lane : transcript.lanes()) lanes.push_back(to_characters(lane));
  Json entries = Json::array();
  for (const Entry& entry : transcript.entries())
    entries.push_back(
        {entry.at.count(), entry.lane, static_cast<int>(entry.happening), to_characters(entry.bytes)});
  return {{"lanes", std::move(lanes)}, {"entries", std::move(entries)}};
}

Transcript to_transcript(const Json& json) {
  std::vector<std::string> lanes;
  for (const Json& lane : json.at("lanes")) lanes.push_back(to_bytes(lane));
  std::vector<Entry> entries;
  for (const Json& entry : json.at("entries")) {
    const auto happening = entry.at(2).get<int>();
    if (happening < 0 || happening > static_cast<int>(Happening::note)) throw std::out_of_range("an entry");
    entries.push_back({std::chrono::microseconds(entry.at(0).get<long long>()),
                       entry.at(1).get<std::size_t>(), static_cast<Happening>(happening),
                       to_bytes(entry.at(3))});
  }
  return {std::move(lanes), std::move(entries)};
}

Json to_json(const Result& result) {
  return {{"id", to_characters(result.id)},
          {"title", to_characters(result.title)},
          {"clause", result.clause == nullptr ? "" : to_characters(result.clause->id)},
          {"weight", result.weight},
          {"status", static_cast<int>(result.status)},
          {"expected_to_fail", result.expected_to_fail},
          {"blocked_by", to_characters(result.blocked_by)},
          {"reason", to_characters(result.reason)},
          {"failure", result.failure ? to_json(*result.failure) : Json(nullptr)},
          {"tries", to_characters(result.tries)},
          {"blocks", result.blocks},
          {"hint", to_characters(result.hint)},
          {"repeat_command", to_characters(result.repeat_command)},
          {"duration_ms", result.duration.count()},
          {"transcript", to_json(result.transcript)}};
}

Result to_result(const Json& json) {
  const auto status = json.at("status").get<int>();
  if (status < 0 || status > static_cast<int>(Status::not_run)) throw std::out_of_range("a status");
  Result result;
  result.id = to_bytes(json.at("id"));
  result.title = to_bytes(json.at("title"));
  result.clause = find_clause(to_bytes(json.at("clause")));
  result.weight = json.at("weight").get<int>();
  result.status = static_cast<Status>(status);
  result.expected_to_fail = json.at("expected_to_fail").get<bool>();
  result.blocked_by = to_bytes(json.at("blocked_by"));
  result.reason = to_bytes(json.at("reason"));
  if (!json.at("failure").is_null()) result.failure = to_failure(json["failure"]);
  result.tries = to_bytes(json.at("tries"));
  result.blocks = json.at("blocks").get<bool>();
  result.hint = to_bytes(json.at("hint"));
  result.repeat_command = to_bytes(json.at("repeat_command"));
  result.duration = std::chrono::milliseconds(json.at("duration_ms").get<long long>());
  result.transcript = to_transcript(json.at("transcript"));
  return result;
}

ClassRow to_row(const Json& json) {
  ClassRow row{
      to_bytes(json.at("submission")), to_bytes(json.at("half")), to_bytes(json.at("report_file")), {}, {},
      to_bytes(json.at("folder"))};
  row.report.name = to_bytes(json.at("report_name"));
  row.report.folder = to_bytes(json.at("report_folder"));
  row.report.remark = to_bytes(json.at("report_remark"));
  row.report.subject = to_bytes(json.at("subject"));
  row.report.version = to_bytes(json.at("version"));
  row.report.seed = json.at("seed").get<std::uint64_t>();
  row.report.duration = std::chrono::milliseconds(json.at("duration_ms").get<long long>());
  for (const Json& result : json.at("results")) row.report.results.push_back(to_result(result));
  return row;
}

}  // namespace

void write_record(std::ostream& out, const JudgedAs& judged_as, const ClassRow& row) {
  Json results = Json::array();
  for (const Result& result : row.report.results) results.push_back(to_json(result));
  const Json document = {{"format_version", format_version},
                         {"run", judged_as.run.digits},
                         {"found", judged_as.found.digits},
                         {"left", judged_as.left.digits},
                         {"reports", judged_as.reports.digits},
                         {"submission", to_characters(row.submission)},
                         {"half", to_characters(row.half)},
                         {"folder", to_characters(row.folder)},
                         {"report_file", to_characters(row.report_file)},
                         {"report_name", to_characters(row.report.name)},
                         {"report_remark", to_characters(row.report.remark)},
                         {"report_folder", to_characters(row.report.folder)},
                         {"subject", to_characters(row.report.subject)},
                         {"version", to_characters(row.report.version)},
                         {"seed", row.report.seed},
                         {"duration_ms", row.report.duration.count()},
                         {"results", std::move(results)}};
  out << document.dump() << '\n';
}

std::optional<ClassRow> read_record(std::istream& in, const FoundNow& now) {
  try {
    const Json json = Json::parse(in);
    const bool is_the_same = json.at("format_version") == format_version &&
                             json.at("run") == now.run.digits && json.at("reports") == now.reports.digits &&
                             (json.at("found") == now.folder.digits || json.at("left") == now.folder.digits);
    if (is_the_same) return to_row(json);
  } catch (const std::exception&) {
    // No record, or one that was cut off: it is made anew.
  }
  return std::nullopt;
}

}  // namespace parley::conform
