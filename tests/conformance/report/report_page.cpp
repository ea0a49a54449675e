#include "tests/conformance/report/report_page.hpp"

#include <ostream>

#include "tests/conformance/report/html_assets.hpp"
#include "tests/conformance/report/report.hpp"
#include "tests/conformance/report/report_bytes.hpp"
#include "tests/conformance/report/report_diagram.hpp"
#include "tests/conformance/report/report_markup.hpp"
#include "tests/conformance/report/report_writers.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t summary_bytes_shown = 80;

void write_bytes(std::ostream& out, const std::string& bytes) {
  out << "<p class=\"size\">" << byte_count(bytes.size()) << "</p><pre>"
      << markup(escaped(bytes, html_bytes_shown)) << "</pre>";
  if (!is_text(bytes)) out << "<pre class=\"hex\">" << hex(bytes, html_bytes_shown) << "</pre>";
}

void write_event(std::ostream& out, const Transcript& transcript, std::size_t index,
                 const std::string& anchor) {
  const Entry& entry = transcript.entries()[index];
  const bool carries = entry.happening == Happening::sent || entry.happening == Happening::received;
  const std::string_view arrow = entry.happening == Happening::sent       ? "\u2192"
                                 : entry.happening == Happening::received ? "\u2190"
                                                                          : "";
  out << "<li><details><summary><span class=\"time\">" << milliseconds_text(entry.at)
      << "</span> <span class=\"where\">" << markup(lane_name(transcript, entry.lane))
      << "</span> <span class=\"arrow\">" << arrow << "</span> <code>"
      << (carries ? markup(escaped(entry.bytes, summary_bytes_shown))
                  : std::string(happening_text(entry.happening)))
      << "</code></summary><div id=\"" << anchor << ':' << index << "\">";
  if (carries)
    write_bytes(out, entry.bytes);
  else
    out << "<p>" << happening_text(entry.happening) << (entry.bytes.empty() ? "" : ": ")
        << markup(shown(entry.bytes)) << "</p>";
  out << "</div></details></li>\n";
}

}  // namespace

void write_page_begin(std::ostream& out, const std::string& title, std::string_view style,
                      std::string_view css_class) {
  // The policy forbids every fetch: what the page shows can not reach out, even if an escape were missing.
  out << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'; "
         "script-src 'unsafe-inline'\">\n<title>"
      << markup(shown(title, 200)) << "</title>\n<style>\n"
      << html_file("report.css") << style << "</style>\n</head>\n<body>\n<main class=\"" << css_class
      << "\">\n";
}

void write_page_end(std::ostream& out, std::string_view script) {
  out << "</main>\n<script>\n" << script << "</script>\n</body>\n</html>\n";
}

void write_exchange(std::ostream& out, const Transcript& transcript, std::string_view program,
                    const std::string& anchor, std::size_t marked_lane) {
  const std::size_t count = transcript.entries().size();
  if (count == 0) return;
  write_diagram(out, transcript, program, anchor, marked_lane);
  const ShownEvents part = events_to_show(count, events_shown);
  out << "<details class=\"log\"><summary>Every byte <small>" << count << (count == 1 ? " event" : " events")
      << "</small></summary>\n<ol>\n";
  for (std::size_t i = 0; i < part.first; ++i) write_event(out, transcript, i, anchor);
  if (part.first < part.second)
    out << "<li class=\"left-out\">" << part.second - part.first
        << " events are left out here. The JSON report has all of them.</li>\n";
  for (std::size_t i = part.second; i < count; ++i) write_event(out, transcript, i, anchor);
  out << "</ol>\n</details>\n";
}

}  // namespace parley::conform
