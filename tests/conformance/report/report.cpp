#include "tests/conformance/report/report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "protocol/text.hpp"

namespace parley::conform {
namespace {

constexpr std::array sections{
    Section{"F", "Framing"}, Section{"M", "Messages"}, Section{"R", "Registration"}, Section{"D", "Delivery"},
    Section{"L", "Limits"},  Section{"C", "Clients"},  Section{"SV", "SERVER"},      Section{"?", "Other"}};

constexpr std::size_t ids_named = 8;  // in a sentence; more of them nobody reads

const Section& section_of(const Result& result) {
  const auto found = std::ranges::find_if(
      sections, [&](const Section& section) { return result.id.starts_with(section.letter); });
  return found == sections.end() ? sections.back() : *found;
}

bool is_must(const Result& result) {
  return clause_of(result).level == Level::must;
}

void count(const Result& result, Report::Totals& totals) {
  const bool passed = counts_as_passed(result);
  if (passed)
    ++totals.passed;
  else if (result.status == Status::failed)
    ++totals.failed;
  else if (result.status == Status::skipped)
    ++totals.skipped;
  else
    ++totals.not_run;
  totals.score += score_of(result);
  totals.max_score += result.weight;
  // A case that is expected to fail says nothing when it could not even be tried.
  if (is_must(result) && !passed && !result.expected_to_fail) totals.all_must_passed = false;
}

std::string thousandths(long long count) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%lld.%03lld", count / 1000, count % 1000);
  return text.data();
}

// "F2.1, D2.1 and 3 more"
std::string enumerate(const std::vector<std::string>& ids) {
  std::string out;
  for (std::size_t i = 0; i < std::min(ids.size(), ids_named); ++i) out += (i == 0 ? "" : ", ") + ids[i];
  if (ids.size() > ids_named) out += " and " + std::to_string(ids.size() - ids_named) + " more";
  return out;
}

std::vector<std::string> ids_of(const Report& report, auto predicate) {
  std::vector<std::string> ids;
  for (const Result& result : report.results)
    if (predicate(result)) ids.push_back(shown(result.id, 80));
  return ids;
}

std::string cases(std::size_t count, std::string_view kind) {
  return std::to_string(count) + ' ' + std::string(kind) + (count == 1 ? " case" : " cases");
}

}  // namespace

std::string_view to_text(Status status) {
  switch (status) {
    case Status::passed:
      return "pass";
    case Status::failed:
      return "fail";
    case Status::skipped:
      return "skipped";
    case Status::not_run:
      return "not run";
    case Status::not_offered:
      return "not offered";
  }
  return "";
}

std::string_view to_text(Visibility visibility) {
  switch (visibility) {
    case Visibility::visible:
      return "visible";
    case Visibility::after_due_date:
      return "after_due_date";
    case Visibility::after_published:
      return "after_published";
    case Visibility::hidden:
      return "hidden";
  }
  return "";
}

int badness(Status status) {
  switch (status) {
    case Status::passed:
    case Status::not_offered:
      return 0;
    case Status::skipped:
      return 1;
    case Status::not_run:
      return 2;
    case Status::failed:
      return 3;
  }
  return 0;
}

Report::Totals Report::totals() const {
  Totals totals;
  for (const Result& result : results) count(result, totals);
  return totals;
}

std::vector<SectionResults> by_section(const Report& report) {
  std::vector<SectionResults> out;
  for (const Section& section : sections) {
    SectionResults part{section, {}, {}};
    for (const Result& result : report.results) {
      if (section_of(result).letter != section.letter) continue;
      part.results.push_back(&result);
      count(result, part.totals);
    }
    if (!part.results.empty()) out.push_back(std::move(part));
  }
  return out;
}

const Clause& clause_of(const Result& result) {
  static constexpr Clause none{"", Level::must, Bound::both, ""};
  return result.clause == nullptr ? none : *result.clause;
}

bool counts_as_passed(const Result& result) {
  return result.status == Status::passed || failed_as_expected(result);
}

bool failed_as_expected(const Result& result) {
  return result.expected_to_fail && result.status == Status::failed;
}

bool failed_unexpectedly(const Result& result) {
  return !result.expected_to_fail && result.status == Status::failed;
}

bool passed_unexpectedly(const Result& result) {
  return result.expected_to_fail && result.status == Status::passed;
}

int score_of(const Result& result) {
  return counts_as_passed(result) ? result.weight : 0;
}

std::string_view verdict_of(const Result& result) {
  return failed_as_expected(result) ? "expected fail" : to_text(result.status);
}

std::string_view verdict_class(const Result& result) {
  if (failed_as_expected(result)) return "expected-fail";
  if (result.status == Status::not_offered) return "skipped";
  return result.status == Status::not_run ? "not-run" : to_text(result.status);
}

std::string why_not_tried(const Result& result) {
  if (result.status == Status::not_offered) return shown(result.reason);
  if (result.status == Status::skipped && !result.reason.empty()) return shown(result.reason);
  if (result.status == Status::skipped)
    return result.blocked_by.empty() ? "something that it builds on failed"
                                     : "blocked by " + shown(result.blocked_by) + ", which did not pass";
  if (result.status == Status::not_run)
    return result.reason.empty() ? "the program under test was not there any more" : shown(result.reason);
  return {};
}

std::string_view program_of(const Report& report) {
  return report.subject.starts_with("client") ? "client" : "server";
}

std::string owner_text(const std::string& name, const std::string& folder) {
  return folder.empty() || folder == name ? name : name + " (in " + folder + ')';
}

std::string title_of(const Report& report) {
  if (report.name.empty()) return report.subject;
  return owner_text(report.name, report.folder) + ": " + report.subject;
}

std::string blocking_case(const Report& report) {
  std::map<std::string, std::size_t> waiting;
  for (const Result& result : report.results)
    if (result.status == Status::skipped && !result.blocked_by.empty()) ++waiting[result.blocked_by];
  const auto most = std::ranges::max_element(waiting, {}, [](const auto& entry) { return entry.second; });
  return most == waiting.end() ? "" : most->first;
}

std::string totals_text(const Report& report) {
  const Report::Totals totals = report.totals();
  std::string out = std::to_string(totals.passed) + " passed, " + std::to_string(totals.failed) +
                    " failed, " + std::to_string(totals.skipped) + " skipped, ";
  if (totals.not_run > 0) out += std::to_string(totals.not_run) + " not run, ";
  return out + "score " + std::to_string(totals.score) + " of " + std::to_string(totals.max_score);
}

namespace {

/// Without the remark.
std::string bare_verdict(const Report& report) {
  const auto is_bad_must = [](const Result& r) {
    return is_must(r) && !counts_as_passed(r) && !r.expected_to_fail;
  };
  const auto failed =
      ids_of(report, [&](const Result& r) { return is_bad_must(r) && r.status == Status::failed; });
  const auto untried =
      ids_of(report, [&](const Result& r) { return is_bad_must(r) && r.status != Status::failed; });
  const auto musts = ids_of(report, is_must);
  const auto others = ids_of(report, [](const Result& r) { return !is_must(r) && failed_unexpectedly(r); });

  if (!report.problem.empty()) return "Nothing could be tried. " + shown(report.problem);
  if (report.results.empty() && !report.not_offered.empty()) return shown(report.not_offered.front().reason);
  if (report.results.empty()) return "Nothing was tried.";
  if (!failed.empty() && !untried.empty())
    return cases(failed.size(), "MUST") + " failed (" + enumerate(failed) + "), and " +
           std::to_string(untried.size()) + " could not be tried.";
  if (!failed.empty()) return cases(failed.size(), "MUST") + " failed: " + enumerate(failed) + ".";
  if (!untried.empty())
    return cases(untried.size(), "MUST") + " could not be tried: " + enumerate(untried) + ".";
  const std::string good = musts.empty()       ? "No MUST case was tried"
                           : musts.size() == 1 ? "The one MUST case passed"
                                               : "All " + std::to_string(musts.size()) + " MUST cases passed";
  if (others.empty()) return good + ".";
  return good + "; of the SHOULD and MAY cases " + std::to_string(others.size()) +
         " failed: " + enumerate(others) + ".";
}

}  // namespace

std::string verdict_sentence(const Report& report) {
  return bare_verdict(report) + (report.remark.empty() ? "" : " " + shown(report.remark));
}

std::string printable(std::string_view text) {
  std::string out = visible(text);
  // In UTF-8 EF BF BE and EF BF BF.
  for (std::size_t at = out.find("\xef\xbf"); at != std::string::npos; at = out.find("\xef\xbf", at + 1))
    if (out[at + 2] == '\xbe' || out[at + 2] == '\xbf')
      out.replace(at, 3, out[at + 2] == '\xbe' ? "\\u{fffe}" : "\\u{ffff}");
  return out;
}

std::string shown(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return printable(text);
  return printable(text.substr(0, limit)) + " ... " + std::to_string(text.size() - limit) + " bytes more";
}

std::string milliseconds_text(std::chrono::microseconds time) {
  return thousandths(time.count());
}

std::string seconds_text(std::chrono::milliseconds time) {
  return thousandths(time.count());
}

}  // namespace parley::conform
