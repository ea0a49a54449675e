#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/model/clause.hpp"
#include "tests/conformance/model/transcript.hpp"

namespace parley::conform {

enum class Status {
  passed,
  failed,
  skipped,      ///< something that it builds on failed: `blocked_by`
  not_run,      ///< the program under test was not there any more: `reason`
  not_offered,  ///< it is about something that a program need not have, and this one has not: `reason`
};

/// "pass", "fail", "skipped", "not run", "not offered".
std::string_view to_text(Status status);

/// When Gradescope shows a case to students; each hides more than the one before it.
enum class Visibility { visible, after_due_date, after_published, hidden };

/// Gradescope's word.
std::string_view to_text(Visibility visibility);

/// Of several verdicts the one with the largest counts: 0 for passed and not offered, then skipped, not run,
/// failed.
int badness(Status status);

/// What becomes of the cases that build on one which has failed.
enum class Without {
  nothing,  ///< an essential one: they are not even tried
  excused,  ///< they are tried in a way that does without it, and skipped when they fail
  judged,   ///< they are tried so, and pass or fail as ever
  judged_with_receipts_on_to_send,  ///< likewise: recipients answer on their TOSEND sockets
};

/// Why a case failed.
struct Failure {
  std::string expected;  ///< a sentence part: "SENT bob on alice's sending socket"
  std::string came;      ///< what ended the wait, in words: "the stream ended inside a frame, after 7 bytes"
  std::string bytes;     ///< the bytes in question, raw; empty when there are none
  std::optional<std::size_t> garbage_at;  ///< the first of `bytes` that can not belong there
  std::size_t lane = 0;
  std::string crash{};                 ///< the exception that the program has printed; empty when it has not
  bool in_set_up = false;              ///< what the case is about had not begun
  Without without = Without::nothing;  ///< of an essential case
  bool is_silent = false;              ///< nothing at all came from the program on any socket
};

/// What is known of one case after a run. Its clause's sentence is a quote of PROTOCOL.md.
struct Result {
  std::string id;     ///< "D2.1-silent-recipient"
  std::string title;  ///< what is tried, a sentence part
  const Clause* clause = nullptr;
  int weight = 1;
  Status status = Status::not_run;
  bool expected_to_fail =
      false;               ///< named in --expect-fail: counts as passed when it fails, and is told apart
  std::string blocked_by;  ///< skipped: the id of the case that failed
  std::string reason;      ///< not run: why, in a sentence
  std::optional<Failure> failure;
  std::string tries;    ///< of a case that failed once: what the other tries showed, a sentence part
  bool blocks = false;  ///< those that need it cannot be tried
  std::string hint;     ///< failed: the likeliest mistake in the program, in plain words; may be empty
  std::string repeat_command;
  std::chrono::milliseconds duration{0};
  Transcript transcript;
  Visibility visibility = Visibility::visible;
};

/// One run of the suite against one program.
struct Report {
  std::string subject;  ///< "server at 127.0.0.1:5050", "client 'python3 client.py ...'"
  std::string version;  ///< of the suite
  std::uint64_t seed = 0;
  std::chrono::milliseconds duration{0};
  std::vector<Result> results;  ///< in the order of the page
  std::string name{};           ///< of the submission; empty when it is none
  std::string folder{};         ///< the submission's, without the path
  std::string problem{};        ///< why nothing of it could be tried, a sentence; empty when it was
  std::string remark{};         ///< on the run itself, sentences for people; mostly empty
  Visibility visibility = Visibility::visible;  ///< of what is said of the whole run
  std::vector<Result>
      not_offered{};  ///< cases that do not apply: they are none of `results`, and count nowhere

  struct Totals {
    int passed = 0, failed = 0, skipped = 0, not_run = 0;
    int score = 0, max_score = 0;  ///< sums of weights: a pass earns its weight, everything else nothing
    bool all_must_passed = true;
  };
  Totals totals() const;
};

}  // namespace parley::conform
