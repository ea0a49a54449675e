#pragma once

#include <iosfwd>

#include "tests/conformance/verdict.hpp"

/// A run's report in the formats that other programs read, and as a page. Every format agrees with
/// Report::totals(): the same cases count as passed, the same weights are earned. Pure functions of the
/// report, safe from any thread; text from elsewhere may hold any bytes. A stream that fails stays failed:
/// the caller looks.
namespace parley::conform {

/// TAP 14. In TAP there is only `ok` and `not ok`:
/// - skipped is `ok ... # SKIP blocked by X`: one basic fault is one `not ok`, that of X, and not fifty;
/// - not run is `not ok`: nobody may take a server that died for one that passed;
/// - failed as expected is `not ok ... # TODO`, which a harness counts as passed.
void write_tap(std::ostream& out, const Report& report);

/// JUnit XML as Jenkins' xUnit and JUnit plugins read it: a testsuite per section, a testcase per case;
/// failed is `failure`, not run is `error`, skipped is `skipped`. Valid against schema/junit.xsd. A case that
/// failed as expected has none of them, and says so in its system-out.
void write_junit(std::ostream& out, const Report& report);

/// Gradescope's results.json. Students see every case; `score` is the sum of the cases' scores.
void write_gradescope(std::ostream& out, const Report& report);

/// The JSON that GitHub Classroom's autograding-grading-reporter takes from a step (in base64). The reporter
/// prints `message` only for "error" and `test_code` for all, so a failure is explained in both. Skipped is
/// "fail", not run is "error". The run is "pass" when all MUST passed, like the exit code.
void write_classroom(std::ostream& out, const Report& report);

/// Everything, whole: nothing is cut. Bytes are {"text": escaped, "hex": ...}. An example:
///
///     {"format": "parley-conform", "format_version": 1, "suite_version": "0.1.0",
///      "subject": "server at 127.0.0.1:5050", "name": "", "folder": "", "problem": "", "seed": 7,
///      "duration_ms": 1834, "totals": {"passed": 1, "failed": 1, "skipped": 0, "not_run": 0, "score": 1,
///      "max_score": 2,
///                 "all_must_passed": false, "verdict": "1 MUST case failed: D2.1-silent-recipient."},
///      "results": [
///        {"id": "D2.1-silent-recipient", "title": "the recipient says nothing",
///         "clause": {"id": "D2.1", "level": "MUST", "sentence": "A server MUST NOT ..."},
///         "weight": 1, "score": 0, "status": "fail", "expected_to_fail": false, "counts_as_passed": false,
///         "blocked_by": "", "reason": "",
///         "failure": {"expected": "nothing before RECEIVED", "came": "SENT bob", "garbage_at": null, "lane":
///         0,
///                     "bytes": {"text": "SENT bob\\n\\n", "hex": "53 45 4e 54 20 62 6f 62 0a 0a"}},
///         "hint": "...", "repeat_command": "parley-conform server ...", "duration_ms": 12,
///         "transcript": {"lanes": ["alice, sending"],
///                        "entries": [{"at_us": 81, "lane": 0, "happening": "sent",
///                                     "bytes": {"text": "...", "hex": "..."}}]}}]}
///
/// `status` is pass, fail, skipped or not run; `happening` opened, sent, received, ended, reset, closed or
/// note (which has `text` in place of `bytes`); `failure` is null for a case that did not fail.
void write_json(std::ostream& out, const Report& report);

/// Of one event, how many bytes the page shows escaped, and how many as hex.
inline constexpr std::size_t html_bytes_shown = 2048;

/// One page that needs nothing else: a matrix of clauses, every case with its sequence diagram. Works without
/// scripts; with them a click on an arrow shows its bytes below the diagram.
void write_html(std::ostream& out, const Report& report);

}  // namespace parley::conform
