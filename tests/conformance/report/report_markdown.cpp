#include <algorithm>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "tests/conformance/report/causes.hpp"
#include "tests/conformance/report/report.hpp"
#include "tests/conformance/report/report_markup.hpp"
#include "tests/conformance/report/report_text.hpp"
#include "tests/conformance/report/report_writers.hpp"

namespace parley::conform {
namespace {

/// Of the limit, for the lines that tell what is left out.
constexpr std::size_t bytes_for_the_end = 300;

/// The page, as much of it as may be.
class Page {
 public:
  /// False when there is no room for the text: then nothing of it is taken.
  bool add(const std::string& text) {
    if (text_.size() + text.size() + bytes_for_the_end > markdown_bytes) return false;
    text_ += text;
    return true;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Text that is shown as it is: no markup, no link, nobody mentioned.
std::string prose(std::string_view text) {
  constexpr std::string_view marks = "\\`*_[]<>#|&~!@";
  const std::string line = shown(text);
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool begins_link = line.compare(i, 2, ":/") == 0 || (i > 0 && line.compare(i - 1, 2, "w.") == 0);
    if (begins_link || marks.find(line[i]) != std::string_view::npos) out += '\\';
    out += line[i];
  }
  return out;
}

/// More backticks than the text has in a row.
std::string fence_for(std::string_view text, std::size_t least) {
  std::size_t longest = 0;
  std::size_t row = 0;
  for (const char c : text) {
    row = c == '`' ? row + 1 : 0;
    longest = std::max(longest, row);
  }
  return std::string(std::max(least, longest + 1), '`');
}

std::string code(std::string_view text) {
  const std::string line = shown(text);
  const std::string fence = fence_for(line, 1);
  return fence + ' ' + line + ' ' + fence;
}

std::string head_of(const Report& report) {
  return "## " +
         std::string(report.totals().all_must_passed && !report.results.empty() ? "Passed" : "Failed") +
         ": " + prose(totals_text(report)) + "\n\nJudged: " + code(report.subject) + "\n\n" +
         prose(verdict_sentence(report)) + "\n\n";
}

std::string text_of_causes(const Report& report) {
  std::string out;
  for (const Cause& cause : first_causes(report))
    out += (out.empty() ? "### Fix this first\n\n1. " : "1. ") + prose(cause.sentence) + " *" +
           prose(what_hangs_on(cause)) + "*\n";
  return out.empty() ? out : out + '\n';
}

std::string sections_of(const Report& report) {
  std::string out =
      "| Section | Passed | Failed | Skipped | Not run | Points |\n|---|---:|---:|---:|---:|---:|\n";
  for (const auto& [section, results, totals] : by_section(report)) {
    out += "| " + prose(section.title);
    for (const int count : {totals.passed, totals.failed, totals.skipped, totals.not_run})
      out += " | " + std::to_string(count);
    out += " | " + std::to_string(totals.score) + " of " + std::to_string(totals.max_score) + " |\n";
  }
  return out + '\n';
}

/// One line for all that have the same reason.
std::string untried_of(const Report& report) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const auto* results : {&report.results, &report.not_offered})
    for (const Result& result : *results) {
      const std::string why = why_not_tried(result);
      if (why.empty()) continue;
      auto line = std::ranges::find(lines, why, &std::pair<std::string, std::string>::first);
      if (line == lines.end()) line = lines.insert(lines.end(), {why, ""});
      line->second += (line->second.empty() ? "" : ", ") + code(result.id);
    }
  std::string out;
  for (const auto& [why, ids] : lines)
    out += (out.empty() ? "### Not tried\n\n- " : "- ") + prose(why) + ": " + ids + '\n';
  return out.empty() ? out : out + '\n';
}

std::string failure_of(const Result& result, std::string_view program, Detail detail) {
  const std::string text = case_text(result, program, detail);
  const std::string fence = fence_for(text, 3);
  return "<details><summary><code>" + markup(shown(result.id)) + "</code> " + markup(shown(result.title)) +
         "</summary>\n\n" + fence + "text\n" + text + fence + "\n\n</details>\n\n";
}

}  // namespace

void write_markdown(std::ostream& out, const Report& report) {
  Page page;
  std::size_t parts_left_out = 0;
  for (const std::string& part :
       {head_of(report), text_of_causes(report), sections_of(report), untried_of(report)})
    if (!page.add(part)) ++parts_left_out;

  std::size_t cases_left_out = 0;
  std::size_t transcripts_left_out = 0;
  bool is_first = true;
  for (const Result& result : report.results) {
    if (!failed_unexpectedly(result)) continue;
    const std::string title = std::exchange(is_first, false) ? "### What failed\n\n" : "";
    const std::string_view program = program_of(report);
    if (page.add(title + failure_of(result, program, Detail::explanation_and_transcript))) continue;
    const bool is_told = page.add(title + failure_of(result, program, Detail::explanation));
    ++(is_told ? transcripts_left_out : cases_left_out);
  }
  out << page.text();
  if (parts_left_out + cases_left_out + transcripts_left_out > 0)
    out << "**This page may be no longer. Left out: " << cases_left_out << " of the cases that failed, and "
        << transcripts_left_out << " transcripts" << (parts_left_out > 0 ? ", and parts of the summary" : "")
        << ".** The other reports have them.\n";
}

}  // namespace parley::conform
