#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>
#include <string>

#include "tests/conformance/report/report.hpp"
#include "tests/conformance/report/report_bytes.hpp"
#include "tests/conformance/report/report_text.hpp"
#include "tests/conformance/report/report_writers.hpp"

namespace parley::conform {
namespace {

// Only # and the backslash mean something in a description or a reason.
std::string tap_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '#' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// JSON's strings are YAML's double-quoted scalars.
std::string yaml_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void write_yaml_field(std::ostream& out, std::string_view key, const std::string& value) {
  if (!value.empty()) out << "  " << key << ": " << yaml_text(value) << '\n';
}

void write_transcript_list(std::ostream& out, const Transcript& transcript, std::string_view program) {
  std::ostringstream text;
  write_transcript(text, transcript, program);
  std::istringstream lines(std::move(text).str());
  std::string line;
  if (transcript.entries().empty()) return;
  out << "  transcript:\n";
  while (std::getline(lines, line)) out << "    - " << yaml_text(line) << '\n';
}

void write_diagnostics(std::ostream& out, const Result& result, std::string_view program) {
  const Clause& clause = clause_of(result);
  out << "  ---\n";
  write_yaml_field(out, "verdict", std::string(verdict_of(result)));
  write_yaml_field(out, "clause", shown(clause.id));
  write_yaml_field(out, "level", std::string(to_text(clause.level)));
  write_yaml_field(out, "sentence", shown(clause.sentence));
  write_yaml_field(out, "why", why_not_tried(result));
  if (const auto& failure = result.failure) {
    write_yaml_field(out, "expected", shown(failure->expected));
    write_yaml_field(out, "came", shown(failure->came));
    write_yaml_field(out, "bytes", escaped(failure->bytes, console_bytes_shown));
    write_yaml_field(out, "hex", hex(failure->bytes, console_hex_bytes_shown));
    if (failure->garbage_at) out << "  garbage_at: " << *failure->garbage_at << '\n';
  }
  write_yaml_field(out, "tries", shown(result.tries));
  write_yaml_field(out, "hint", shown(result.hint));
  write_yaml_field(out, "repeat", shown(result.repeat_command));
  write_transcript_list(out, result.transcript, program);
  out << "  ...\n";
}

}  // namespace

void write_tap(std::ostream& out, const Report& report) {
  const std::size_t count = report.results.size() + report.not_offered.size();
  out << "TAP version 13\n1.." << count;
  if (count == 0) out << " # SKIP nothing was tried";
  out << "\n# parley-conform " << shown(report.version) << ", seed " << report.seed << '\n';
  out << "# " << shown(title_of(report)) << '\n';
  std::size_t number = 0;
  for (const Result& result : report.results) {
    const bool ok = result.status == Status::passed || result.status == Status::skipped;
    out << (ok ? "ok " : "not ok ") << ++number << " - " << tap_text(shown(result.id));
    if (!result.title.empty()) out << ": " << tap_text(shown(result.title));
    if (result.status == Status::skipped) out << " # SKIP " << tap_text(why_not_tried(result));
    if (failed_as_expected(result)) out << " # TODO expected to fail";
    out << '\n';
    if (!ok) write_diagnostics(out, result, program_of(report));
  }
  for (const Result& result : report.not_offered)
    out << "ok " << ++number << " - " << tap_text(shown(result.id)) << ": " << tap_text(shown(result.title))
        << " # SKIP " << tap_text(why_not_tried(result)) << '\n';
  out << "# " << verdict_sentence(report) << "\n# " << totals_text(report) << '\n';
}

}  // namespace parley::conform
