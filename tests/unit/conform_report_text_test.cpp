#include <doctest/doctest.h>

#include <algorithm>
#include <regex>
#include <sstream>
#include <string>

#include "tests/conformance/report/report.hpp"
#include "tests/conformance/report/report_bytes.hpp"
#include "tests/conformance/report/report_console.hpp"
#include "tests/conformance/report/report_text.hpp"
#include "tests/unit/conform_report_sample.hpp"

using namespace parley::conform;
using namespace std::string_literals;

namespace {

std::string console(const Report& report, const ConsoleOptions& options = {}) {
  std::ostringstream out;
  write_console(out, report, options);
  return std::move(out).str();
}

// The times are the only thing in a report that differs from run to run.
std::string without_times(const std::string& text) {
  return std::regex_replace(text, std::regex("(^|\n) +[0-9]+\\.[0-9]{3}  "), "$1       TIME  ");
}

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
}

Report only(std::size_t index) {
  Report report = parley::test::sample_report();
  const Result result = report.results.at(index);
  report.results.assign(1, result);
  return report;
}

}  // namespace

TEST_CASE("every byte is escaped by itself") {
  CHECK(escaped("caf\xc3\xa9?\n\0\x1b\\"s) == "caf\\xc3\\xa9?\\n\\x00\\x1b\\\\");
  CHECK(escaped("abcdef", 4) == "abcd ... 2 bytes more");
  CHECK(escaped("abcd", 4) == "abcd");
  CHECK(hex("\x00\xff"s
            "a") == "00 ff 61");
  CHECK(hex("abc", 2) == "61 62 ... 1 byte more");
  CHECK(hex("").empty());
  CHECK(is_text("SENT bob\r\n\t"));
  CHECK_FALSE(is_text("caf\xc3\xa9"));
  CHECK_FALSE(is_text("\x7f"));
}

TEST_CASE("the caret stands below its byte, wherever that is") {
  const std::string bytes = "\0\n"s + std::string(70000, 'x') + "\x01" + std::string(70000, 'y') + "\xff";
  for (const std::size_t at : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{40},
                               std::size_t{70002}, std::size_t{70003}, std::size_t{140003}}) {
    const Pointed pointed = point_at(bytes, at, 60);
    const std::string expected = escaped(bytes.substr(at, 1));
    CHECK(pointed.caret.back() == '^');
    CHECK(pointed.line.substr(pointed.caret.size() - 1, expected.size()) == expected);
    CHECK(pointed.line.size() <= 72);
    CHECK(pointed.where == "here, after " + std::to_string(at) + " of 140004 bytes");
  }
  const Pointed behind = point_at("ab", 99, 60);
  CHECK(behind.line == "ab");
  CHECK(behind.caret == "  ^");
  CHECK(behind.where == "the end, after all 2 bytes");
  CHECK(point_at("", 0, 60).caret == "^");
}

TEST_CASE("words are filled into lines, long ones cut, none lost") {
  CHECK(filled("one two three", 7, 2) == "one two\n  three");
  CHECK(filled("abcdefgh", 3, 1) == "abc\n def\n gh");
  CHECK(filled("\xc3\xa9\xc3\xa9\xc3\xa9 \xc3\xa9", 3, 0) == "\xc3\xa9\xc3\xa9\xc3\xa9\n\xc3\xa9");
  CHECK(filled("", 3, 0).empty());
}

TEST_CASE("totals: an expected failure counts as passed, and nothing else but a pass does") {
  const Report::Totals totals = parley::test::sample_report().totals();
  CHECK(totals.passed == 6);
  CHECK(totals.failed == 3);
  CHECK(totals.skipped == 1);
  CHECK(totals.not_run == 1);
  CHECK(totals.score == 5);
  CHECK(totals.max_score == 12);
  CHECK_FALSE(totals.all_must_passed);
}

TEST_CASE("a failed SHOULD leaves all MUST passed, a MUST that was skipped or not run does not") {
  Report report = only(1);
  CHECK(report.totals().all_must_passed);
  CHECK(verdict_sentence(report) == "The one MUST case passed.");

  report.results.push_back(parley::test::sample_report().results[2]);
  report.results.back().expected_to_fail = false;
  CHECK(report.totals().all_must_passed);
  CHECK(verdict_sentence(report) ==
        "The one MUST case passed; of the SHOULD and MAY cases 1 failed: F4.1-one-write.");

  for (const Status status : {Status::failed, Status::skipped, Status::not_run}) {
    report.results[0].status = status;
    CHECK_FALSE(report.totals().all_must_passed);
    report.results[0].expected_to_fail = true;
    CHECK(report.totals().all_must_passed);
    report.results[0].expected_to_fail = false;
  }
  CHECK(verdict_sentence(report) == "1 MUST case could not be tried: F2.1-plain.");
}

TEST_CASE("the verdict of a run names the MUST cases that failed, but not a hundred of them") {
  CHECK(verdict_sentence(Report{}) == "Nothing was tried.");
  CHECK(
      verdict_sentence(parley::test::sample_report()) ==
      "3 MUST cases failed (F2.1-utf8, D2.1-silent-recipient, L2.1-longest-body), and 2 could not be tried.");
  Report report = only(0);
  report.results.resize(100, report.results[0]);
  const std::string sentence = verdict_sentence(report);
  CHECK(sentence.starts_with("100 MUST cases failed: F2.1-utf8, "));
  CHECK(sentence.ends_with(" and 92 more."));
}

TEST_CASE("a failure on the console has everything that issue and student need") {
  CHECK(without_times(console(only(0))) == R"(parley-conform 0.1.0, seed 7, 1.834 s
server at 127.0.0.1:5050

Fix this first
  1. Writes the number of characters, not of bytes, into the Content-length of a
     FORWARD.
     F2.1-utf8

FAIL  F2.1-utf8
  a body of 5 characters and 6 bytes
  clause     F2.1 (MUST): A SEND or FORWARD MUST have a Content-length header
             line whose value is the number of bytes, not of characters, in the
             body that follows the empty line.
  expected   FORWARD alice8 with 6 bytes of body on alice8's receiving socket
  came       garbage at byte 39: a message can not begin with '?'
  bytes      ...ntent-length: 5\n\ncaf\xc3\xa9?
                                              ^ here, after 39 of 40 bytes
  hex        46 4f 52 57 41 52 44 20 61 6c 69 63 65 38 0a 43 6f 6e 74 65 6e 74
             2d 6c 65 6e 67 74 68 3a 20 35 0a 0a 63 61 66 c3 a9 3f
  hint       The length is counted in characters. Encode the text first, then
             count the bytes.
  transcript -> to the server, <- from it; milliseconds since the case began
               1 = alice8, sending
               2 = alice8, receiving
       TIME  1    opened
       TIME  1 -> REGISTER TOSEND alice8\n\n
       TIME  1 <- REGISTERED TOSEND alice8\n\n
       TIME  2    opened
       TIME  2 -> REGISTER TORECV alice8\n\n
       TIME  2 <- REGISTERED TORECV alice8\n\n
       TIME  1 -> SEND alice8\nContent-length: 6\n\ncaf\xc3\xa9?
                    hex 53 45 4e 44 20 61 6c 69 63 65 38 0a 43 6f 6e 74 65 6e 74
                        2d 6c 65 6e 67 74 68 3a 20 36 0a 0a 63 61 66 c3 a9 3f
       TIME  2 <- FORWARD alice8\nContent-length: 5\n\ncaf\xc3\xa9?
                    hex 46 4f 52 57 41 52 44 20 61 6c 69 63 65 38 0a 43 6f 6e 74
                        65 6e 74 2d 6c 65 6e 67 74 68 3a 20 35 0a 0a 63 61 66 c3
                        a9 3f
       TIME  2    connection reset
  repeat     parley-conform server 127.0.0.1:5050 --only F2.1-utf8 --seed 7

  F  Framing          0 of   1   1 failed

1 MUST case failed: F2.1-utf8.
0 passed, 1 failed, 0 skipped, score 0 of 1
)");
}

TEST_CASE("the console says why a case was not tried, and tells expected failures apart") {
  const std::string text = console(parley::test::sample_report());
  CHECK(
      text.find("skipped        blocked by F2.1-utf8, which did not pass\n               D6.3-all-bytes\n") !=
      std::string::npos);
  CHECK(text.find("not run        the server ended with signal 11 (SIGSEGV)") != std::string::npos);
  CHECK(text.find("expected fail  F4.1-one-write\n               three pieces\n") != std::string::npos);
  CHECK(text.find("pass           M2.2-word\n               passed, although --expect-fail names it") !=
        std::string::npos);
  CHECK(text.find("1 case that counts as passed failed, as --expect-fail foretold.\n") != std::string::npos);
  CHECK(text.find("F2.1-plain") == std::string::npos);
  CHECK(console(parley::test::sample_report(), {false, true}).find("pass           F2.1-plain") !=
        std::string::npos);
  CHECK(text.ends_with("\n6 passed, 3 failed, 1 skipped, 1 not run, score 5 of 12\n"));
}

TEST_CASE("what a program need not have is told and counts nowhere") {
  Report report = only(1);
  Result& result = report.not_offered.emplace_back(report.results[0]);
  result.id = "SV1.1-answers";
  result.status = Status::not_offered;
  result.reason = "It has no SERVER.";
  CHECK(console(report).find("not offered    It has no SERVER.\n               SV1.1-answers\n") !=
        std::string::npos);
  CHECK(totals_text(report) == totals_text(only(1)));
  CHECK(verdict_sentence(report) == "The one MUST case passed.");
  report.results.clear();
  CHECK(verdict_sentence(report) == "It has no SERVER.");
}

TEST_CASE("the console fits 80 columns and bears any bytes") {
  for (const Report& report : {parley::test::sample_report(), parley::test::hostile_report(), Report{}}) {
    std::istringstream lines(console(report));
    std::string line;
    while (std::getline(lines, line)) {
      // Ids and commands are never broken, so that they can be copied.
      const bool copied = line.starts_with("  repeat ") || std::regex_search(line, std::regex("D[0-9]nul:"));
      if (!copied) CHECK_MESSAGE(std::ranges::count_if(line, begins_character) <= 80, line);
      for (const char c : line) REQUIRE((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
    }
  }
  CHECK(console(parley::test::hostile_report()).size() < 300'000);
}

TEST_CASE("colour only colours") {
  const std::string coloured = console(parley::test::sample_report(), {true, false});
  CHECK(coloured.find("\x1b[1;31mFAIL\x1b[0m") != std::string::npos);
  CHECK(without_times(std::regex_replace(coloured, std::regex("\x1b\\[[0-9;]*m"), "")) ==
        without_times(console(parley::test::sample_report())));
}

TEST_CASE("a long transcript shows its beginning and its end") {
  Report report = only(0);
  const std::size_t lane = report.results[0].transcript.add_lane("flood");
  for (int i = 0; i < 10'000; ++i)
    report.results[0].transcript.add(lane, Happening::sent, "event " + std::to_string(i));
  const std::string text = console(report);
  CHECK(text.find("... 9609 events left out here: --json has all of them\n") != std::string::npos);
  CHECK(text.find("event 9999\n") != std::string::npos);
  CHECK(text.find("event 5000\n") == std::string::npos);
}

TEST_CASE("the progress line replaces itself and never wraps") {
  std::ostringstream out;
  print_progress(out, {3, 104, 1, "D2.1-silent-recipient"});
  CHECK(out.str() == "\r\x1b[K[3/104] 1 failed  D2.1-silent-recipient");
  std::ostringstream long_one;
  const std::string hostile = parley::test::hostile_text() + std::string(1000, 'x');
  print_progress(long_one, {3, 104, 1, hostile});
  CHECK(long_one.str().size() <= 79 + 4);
  CHECK(long_one.str().find('\n') == std::string::npos);
}
