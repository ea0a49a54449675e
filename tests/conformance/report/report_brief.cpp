#include "tests/conformance/report/report_brief.hpp"

#include "tests/conformance/report/causes.hpp"
#include "tests/conformance/report/report.hpp"
#include "tests/conformance/report/report_text.hpp"

namespace parley::conform {

std::string causes_text(const Report& report) {
  std::string out;
  for (const Cause& cause : first_causes(report))
    out += (out.empty() ? "Fix this first:\n- " : "- ") + shown(cause.sentence) + " (" +
           what_hangs_on(cause) + ")\n";
  return out;
}

std::string brief_text(const Report& report, std::size_t limit) {
  constexpr std::size_t last_line_bytes = 100;
  std::string out = shown(report.subject) + '\n' + verdict_sentence(report) + '\n' + totals_text(report) +
                    "\n\n" + causes_text(report) + '\n';
  std::size_t left_out = 0;
  for (const Result& result : report.results) {
    if (!failed_unexpectedly(result)) continue;
    const std::string text = "FAIL  " + shown(result.id) + "\n  " + shown(result.title) + '\n' +
                             case_text(result, program_of(report), Detail::explanation) + '\n';
    if (left_out > 0 || out.size() + text.size() + last_line_bytes > limit)
      ++left_out;
    else
      out += text;
  }
  if (left_out > 0) out += std::to_string(left_out) + " more that failed are left out here.\n";
  return out;
}

}  // namespace parley::conform
