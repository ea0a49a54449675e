#pragma once

#include <iosfwd>

#include "tests/conformance/model/verdict.hpp"

/// A run's report in the formats that other programs read, and as a page. Every format agrees with
/// Report::totals(): the same cases count as passed, the same weights are earned. Pure functions of the
/// report, safe from any thread; text from elsewhere may hold any bytes. A stream that fails stays failed:
/// the caller looks.
namespace parley::conform {

/// TAP 13, which `prove` of Debian takes: its Test::Harness knows 14 since 3.48 only. In TAP there is only
/// `ok` and `not ok`:
/// - skipped is `ok ... # SKIP blocked by X`: one basic fault is one `not ok`, that of X, and not fifty;
/// - not run is `not ok`: nobody may take a server that died for one that passed;
/// - failed as expected is `not ok ... # TODO`, which a harness counts as passed.
void write_tap(std::ostream& out, const Report& report);

/// JUnit XML as Jenkins' xUnit and JUnit plugins read it: a testsuite per section, a testcase per case;
/// failed is `failure`, not run is `error`, skipped is `skipped`. Valid against schema/junit.xsd. A case that
/// failed as expected has none of them, and says so in its system-out. GitLab reads the same file: of these
/// three the content, of a testcase `classname` as its suite and `name`, which are not there twice; and
/// nothing above 30 MB (https://docs.gitlab.com/ci/testing/unit_test_reports/), so behind
/// junit_transcript_bytes of them transcripts are left out, and say so.
void write_junit(std::ostream& out, const Report& report);
inline constexpr std::size_t junit_transcript_bytes = 16 * 1024 * 1024;

/// Markdown as GitHub shows it, of at most markdown_bytes, all that a step summary may have
/// (https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#adding-a-markdown-summary):
/// what is left out is counted at the end. Text from elsewhere is code, or escaped.
void write_markdown(std::ostream& out, const Report& report);
inline constexpr std::size_t markdown_bytes = 1024 * 1024;

/// Gradescope's results.json (https://gradescope-autograders.readthedocs.io/en/latest/specs/). `score` is the
/// sum of the cases' scores. What is said of the whole run, and of a case, tells nothing of cases that are
/// less visible.
void write_gradescope(std::ostream& out, const Report& report);

/// What an autograder of Autolab prints (https://docs.autolabproject.com/lab/ and
/// /features/formatted-feedback/): text of at most autolab_text_bytes, then a line of JSON with what passed,
/// then the last one with the points by problem. The problems are the sections: Framing, Messages,
/// Registration, Delivery, Limits, Clients.
void write_autolab(std::ostream& out, const Report& report);
inline constexpr std::size_t autolab_text_bytes = 256 * 1024;

/// The results.json of PrairieLearn's external graders
/// (https://github.com/PrairieLearn/PrairieLearn/blob/master/docs/externalGrading.md), of at most
/// prairielearn_bytes: texts that are too long together are left out. A program that never came up is
/// not gradable, which costs its author no attempt.
void write_prairielearn(std::ostream& out, const Report& report);
inline constexpr std::size_t prairielearn_bytes = 1'000'000;

/// What a vpl_execution prints for the evaluation by VPL, Moodle's Virtual Programming Lab
/// (http://demovpl.dis.ulpgc.es/index.php/support/2014-09-27-15-07-38/57-how-to-configure-the-moodle-module):
/// a comment of at most vpl_text_bytes, each line of it preformatted, so that nothing in it is taken for a
/// grade; then the share of the points, of `best_grade`.
void write_vpl(std::ostream& out, const Report& report, double best_grade);
inline constexpr std::size_t vpl_text_bytes = 64 * 1024;

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
///                                     "bytes": {"text": "...", "hex": "..."}}]}}],
///      "not_offered": []}
///
/// `status` is pass, fail, skipped or not run, and not offered in `not_offered`, which has cases of the same
/// shape that are about what a program need not have, and are counted nowhere; `happening` opened, sent,
/// received, ended, reset, closed or note (which has `text` in place of `bytes`); `failure` is null for a
/// case that did not fail.
void write_json(std::ostream& out, const Report& report);

/// Of one event, how many bytes the page shows escaped, and how many as hex.
inline constexpr std::size_t html_bytes_shown = 2048;

/// One page that needs nothing else: a matrix of clauses, every case with its sequence diagram. Works without
/// scripts; with them a click on an arrow shows its bytes below the diagram.
void write_html(std::ostream& out, const Report& report);

}  // namespace parley::conform
