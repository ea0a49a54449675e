#include <ostream>
#include <sstream>
#include <string>

#include "tests/conformance/report/report.hpp"
#include "tests/conformance/report/report_markup.hpp"
#include "tests/conformance/report/report_text.hpp"
#include "tests/conformance/report/report_writers.hpp"

namespace parley::conform {
namespace {

void write_property(std::ostream& out, std::string_view name, std::string_view value) {
  out << "      <property" << attribute("name", name) << attribute("value", value) << "/>\n";
}

/// GitLab takes the path in such a tag for a file of the job's, and offers it.
std::string without_attachments(std::string text) {
  constexpr std::string_view tag = "[[ATTACHMENT|";
  for (std::size_t at = text.find(tag); at != std::string::npos; at = text.find(tag, at + 1))
    text.insert(at + 1, 1, ' ');
  return text;
}

void write_system_out(std::ostream& out, const std::string& text) {
  if (!text.empty()) out << "      <system-out>" << markup(without_attachments(text)) << "</system-out>\n";
}

/// `room`: of junit_transcript_bytes what is left.
std::string transcript_text(const Result& result, std::string_view program, std::size_t& room) {
  std::ostringstream out;
  write_transcript(out, result.transcript, program);
  std::string text = std::move(out).str();
  if (text.size() > room) return "The transcript is left out here: --json has it.\n";
  room -= text.size();
  return text;
}

void write_testcase(std::ostream& out, const Result& result, const Section& section, std::string_view program,
                    std::size_t& room) {
  const std::string explanation = case_text(result, program, Detail::explanation);
  out << "    <testcase" << attribute("name", shown(result.id))
      << attribute("classname", std::string(program) + '.' + std::string(section.title))
      << attribute("time", seconds_text(result.duration)) << ">\n";
  if (failed_as_expected(result)) {
    write_system_out(
        out, "Failed, as --expect-fail foretold.\n" + explanation + transcript_text(result, program, room));
  } else if (result.status == Status::failed) {
    const std::string came = result.failure ? shown(result.failure->came) : "";
    out << "      <failure" << attribute("message", came.empty() ? shown(result.title) : came)
        << attribute("type", to_text(clause_of(result).level)) << '>'
        << markup(shown(result.title) + '\n' + explanation) << "</failure>\n";
    write_system_out(out, transcript_text(result, program, room));
  } else if (result.status == Status::not_run) {
    out << "      <error" << attribute("message", why_not_tried(result)) << attribute("type", "not run")
        << '>' << markup(explanation) << "</error>\n";
  } else if (result.status == Status::skipped) {
    const std::string why = why_not_tried(result);
    out << "      <skipped" << attribute("message", why) << '>' << markup(why) << "</skipped>\n";
  }
  out << "    </testcase>\n";
}

void write_testsuite(std::ostream& out, const Report& report, const SectionResults& part, std::size_t& room) {
  std::chrono::milliseconds duration{0};
  for (const Result* result : part.results) duration += result->duration;
  out << "  <testsuite"
      << attribute("name", std::string(part.section.letter) + ' ' + std::string(part.section.title))
      << attribute("tests", static_cast<int>(part.results.size()))
      << attribute("failures", part.totals.failed) << attribute("errors", part.totals.not_run)
      << attribute("skipped", part.totals.skipped) << attribute("time", seconds_text(duration))
      << ">\n    <properties>\n";
  write_property(out, "subject", shown(title_of(report)));
  write_property(out, "seed", std::to_string(report.seed));
  write_property(out, "version", shown(report.version));
  out << "    </properties>\n";
  for (const Result* result : part.results)
    write_testcase(out, *result, part.section, program_of(report), room);
  out << "  </testsuite>\n";
}

}  // namespace

void write_junit(std::ostream& out, const Report& report) {
  const Report::Totals totals = report.totals();
  out << R"(<?xml version="1.0" encoding="UTF-8"?>)"
      << "\n<testsuites" << attribute("name", "parley-conform: " + shown(title_of(report)))
      << attribute("tests", static_cast<int>(report.results.size())) << attribute("failures", totals.failed)
      << attribute("errors", totals.not_run) << attribute("time", seconds_text(report.duration)) << ">\n";
  std::size_t room = junit_transcript_bytes;
  for (const SectionResults& part : by_section(report)) write_testsuite(out, report, part, room);
  out << "</testsuites>\n";
}

}  // namespace parley::conform
