#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/model/verdict.hpp"

/// What the report writers share: how a result counts, and in which words. Pure functions; safe from any
/// thread.
namespace parley::conform {

/// The longest text (a title, a reason, a hint) that a report for people shows of one field.
inline constexpr std::size_t text_bytes_shown = 1000;

/// Not the protocol's but the suite's: how many events of one case are shown to people, the first and the
/// last half.
inline constexpr std::size_t events_shown = 400;

/// A part of PROTOCOL.md, by the letter, or letters, that its clauses begin with.
struct Section {
  std::string_view letter;
  std::string_view title;
};

/// The results of one section, in the order of the report.
struct SectionResults {
  Section section;
  std::vector<const Result*> results;
  Report::Totals totals;
};

/// Every section that has a result, in the order of the page.
std::vector<SectionResults> by_section(const Report& report);

/// The result's clause; an empty MUST when it has none.
const Clause& clause_of(const Result& result);

/// Passed, or failed as --expect-fail foretold. Every format counts and scores by this alone.
bool counts_as_passed(const Result& result);
bool failed_as_expected(const Result& result);
bool failed_unexpectedly(const Result& result);
bool passed_unexpectedly(const Result& result);

/// Its weight or nothing.
int score_of(const Result& result);

/// What a person calls it: to_text(Status), or "expected fail".
std::string_view verdict_of(const Result& result);

/// The verdict as one word for attributes: "pass", "fail", "skipped", "not-run", "expected-fail".
std::string_view verdict_class(const Result& result);

/// Why there is no verdict: "blocked by R4.1-two-sockets, which did not pass"; empty for cases that ran.
std::string why_not_tried(const Result& result);

/// What the suite plays against: "server" or "client".
std::string_view program_of(const Report& report);

/// "Ada Lovelace (in lovelace-2)"; only the name when the folder is called so, too.
std::string owner_text(const std::string& name, const std::string& folder);

/// Whose program it is, and what was run: "Ada Lovelace (in lovelace-2): server 'python3 server.py {port}'".
std::string title_of(const Report& report);

/// The case behind which most others wait; empty when none does.
std::string blocking_case(const Report& report);

/// "40 passed, 3 failed, 1 skipped, 2 not run, score 40 of 46"
std::string totals_text(const Report& report);

/// One plain sentence on the whole run: "All 60 MUST cases passed." or which did not. Its remark comes behind
/// it.
std::string verdict_sentence(const Report& report);

/// visible(), and also without the two code points that XML and YAML forbid (U+FFFE and U+FFFF).
std::string printable(std::string_view text);

/// What everyone may see of a text that others wrote: at most `limit` bytes of it, printable().
std::string shown(std::string_view text, std::size_t limit = text_bytes_shown);

/// "12.345": milliseconds with every microsecond.
std::string milliseconds_text(std::chrono::microseconds time);

/// "1.234": seconds with every millisecond.
std::string seconds_text(std::chrono::milliseconds time);

}  // namespace parley::conform
