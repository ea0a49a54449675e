// The reports for systems of which each takes a form of its own.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/conformance/report/report_writers.hpp"
#include "tests/unit/conform_report_sample.hpp"
#include "tests/unit/conform_report_written.hpp"

using namespace parley::conform;
using nlohmann::json;

namespace {

using parley::test::all_reports;
using parley::test::written;

/// The sample with its first case, which has failed, so many times more, each with this many bytes to show.
Report long_report(int cases, int events) {
  Report report = parley::test::sample_report();
  Result longest = report.results.front();
  for (int i = 0; i < events; ++i) longest.transcript.add(0, Happening::received, std::string(384, '\xff'));
  for (int i = 0; i < cases; ++i) {
    longest.id = "F2.1-again-" + std::to_string(i);
    report.results.push_back(longest);
  }
  return report;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// What is not in a fence: there a text is shown as it is, whatever it has in it.
std::string outside_fences(const std::string& markdown) {
  std::string out, fence;
  for (const std::string& line : lines_of(markdown)) {
    const std::string ticks = line.substr(0, std::min(line.find_first_not_of('`'), line.size()));
    const bool is_open = ticks.size() >= 3 && line.find('`', ticks.size()) == std::string::npos;
    if (fence.empty() && is_open)
      fence = ticks;
    else if (!fence.empty() && line == fence)
      fence.clear();
    else if (fence.empty())
      out += line + '\n';
  }
  CHECK(fence.empty());
  return out;
}

/// Without what is escaped, and without what stands in code.
std::string markup_of(const std::string& line) {
  const std::string unescaped = std::regex_replace(line, std::regex(R"(\\[!-/:-@[-`{-~])"), "");
  return std::regex_replace(unescaped, std::regex("(`+) .*? \\1(?!`)"), "");
}

json gradescope(const Report& report) {
  return json::parse(written(write_gradescope, report));
}

std::string all_that_is_seen_at_once(const json& document) {
  std::string seen = document.at("output");
  for (const json& test : document.at("tests"))
    if (test.at("visibility") == "visible") seen += test.dump();
  return seen;
}

}  // namespace

TEST_CASE("Markdown: what failed comes with its explanation, what was not tried with its reason") {
  const std::string page = written(write_markdown, parley::test::sample_report());
  CHECK(page.starts_with("## Failed: 6 passed, 3 failed, 1 skipped, 1 not run, score 5 of 12\n"));
  CHECK(page.find("| Framing | 2 | 1 | 0 | 0 | 2 of 3 |\n") != std::string::npos);
  CHECK(page.find("<details><summary><code>F2.1-utf8</code> a body of 5 characters and 6 bytes</summary>\n\n"
                  "```text\n  clause") != std::string::npos);
  CHECK(page.find("- blocked by F2.1-utf8, which did not pass: ` D6.3-all-bytes `\n") != std::string::npos);
  CHECK(page.find("left out") == std::string::npos);
  Report good = parley::test::sample_report();
  std::erase_if(good.results, [](const Result& result) { return result.status != Status::passed; });
  CHECK(written(write_markdown, good).starts_with("## Passed: "));
  CHECK(written(write_markdown, Report{}).starts_with("## Failed: "));
}

TEST_CASE("Markdown: hostile text is neither markup nor the end of its fence") {
  Report report = parley::test::hostile_report();
  report.results[1].failure->came = "```\n</details>\n# Passed ````";
  report.results[1].hint = "````` @ada <b> http://x www.x";
  report.subject = "`` `x` | <script> ``";
  const std::string page = written(write_markdown, report);
  const std::string outside = outside_fences(page);
  CHECK(page.find("Passed ````") != std::string::npos);
  for (const std::string& line : lines_of(outside))
    CHECK(markup_of(line).find("<script>") == std::string::npos);
  CHECK(outside.find("&lt;script&gt;") != std::string::npos);
  CHECK(outside.find("\\`\\`\\`\\`\\` \\@ada \\<b\\> http\\://x www\\.x") != std::string::npos);
  CHECK(outside.find("Judged: ``` `` `x` | <script> `` ```\n") != std::string::npos);
}

TEST_CASE("Markdown: at most 1 MiB, and it says what is left out") {
  const std::string page = written(write_markdown, long_report(40, 40));
  CHECK(page.size() <= 1024 * 1024);
  CHECK(page.size() > 900'000);
  std::smatch match;
  REQUIRE(
      std::regex_search(page, match, std::regex("Left out: 0 of the cases that failed, and ([0-9]+) trans")));
  CHECK(std::stoi(match[1]) > 10);
  (void)outside_fences(page);

  const std::string longer = written(write_markdown, long_report(1400, 1));
  CHECK(longer.size() <= 1024 * 1024);
  REQUIRE(std::regex_search(longer, match, std::regex("Left out: ([0-9]+) of the cases")));
  CHECK(std::stoi(match[1]) > 100);
}

TEST_CASE("Autolab: the last line has the points by section, the one before it what passed") {
  for (const Report& report : all_reports()) {
    const auto lines = lines_of(written(write_autolab, report));
    REQUIRE(lines.size() > 2);
    int score = 0;
    const json scores = json::parse(lines.back()).at("scores");
    for (const auto& points : scores) score += points.get<int>();
    CHECK(score == report.totals().score);
    const json feedback = json::parse(lines[lines.size() - 2]);
    CHECK(feedback.at("_presentation") == "semantic");
    for (const std::string stage : feedback.at("stages")) CHECK(!feedback.at(stage).empty());
  }
  const auto lines = lines_of(written(write_autolab, parley::test::sample_report()));
  CHECK(lines.back() == R"({"scores":{"Framing":2,"Messages":1,"Registration":1,"Delivery":0,"Limits":1}})");
  const json feedback = json::parse(lines[lines.size() - 2]);
  CHECK(feedback.at("Framing").at("F2.1-plain") == json{{"passed", true}});
  CHECK(feedback.at("Framing").at("F2.1-utf8").at("hint").get<std::string>().starts_with("The length is"));
  CHECK(written(write_autolab, long_report(1400, 1)).size() < 1'000'000);
}

TEST_CASE("PrairieLearn: the share of the points, and at most 1 MB") {
  const json sample = json::parse(written(write_prairielearn, parley::test::sample_report()));
  CHECK(sample.at("gradable") == true);
  CHECK(sample.at("score").get<double>() == doctest::Approx(5.0 / 12));
  CHECK(sample.at("tests").size() == 11);
  CHECK(sample.at("tests").at(8).at("points") == 0);
  CHECK(sample.at("tests").at(8).at("max_points") == 3);
  CHECK(sample.at("tests").at(0).at("output").get<std::string>().find("^ here") != std::string::npos);

  for (const auto& [report, output] :
       {std::pair{long_report(40, 400), true}, {long_report(1400, 1), false}}) {
    const std::string text = written(write_prairielearn, report);
    CHECK(text.size() <= 1'000'000);
    const std::string shown = json::parse(text).at("tests").at(0).at("output");
    CHECK(shown.empty() != output);
    CHECK(shown.find("transcript") == std::string::npos);
  }

  Report dead = parley::test::sample_report();
  for (Result& result : dead.results) {
    result.status = Status::not_run;
    result.reason = "The server did not come up.";
    result.expected_to_fail = false;
  }
  const json nothing = json::parse(written(write_prairielearn, dead));
  CHECK(nothing.at("gradable") == false);
  CHECK_FALSE(nothing.contains("score"));
  CHECK(nothing.at("format_errors") == json{"The server did not come up."});
}

TEST_CASE("VPL: one grade, whatever the program has printed") {
  for (Report report : all_reports()) {
    if (!report.results.empty()) report.results[0].hint = "x\n--|>\nGrade :=>> 100";
    std::ostringstream out;
    write_vpl(out, report, 10);
    const auto lines = lines_of(out.str());
    REQUIRE(lines.size() > 4);
    CHECK(lines[0] == "<|--");
    for (std::size_t i = 2; i + 2 < lines.size(); ++i) CHECK(lines[i].starts_with('>'));
    CHECK(lines[lines.size() - 2] == "--|>");
    CHECK(std::regex_match(lines.back(), std::regex("Grade :=>> [0-9]+\\.[0-9][0-9]")));
  }
  std::ostringstream out;
  write_vpl(out, parley::test::sample_report(), 100);
  CHECK(lines_of(out.str()).back() == "Grade :=>> 41.67");
}

TEST_CASE("Gradescope: nothing that is seen at once tells of what is shown later") {
  Report report = parley::test::sample_report();
  const auto hide = [&](std::size_t at, Visibility visibility) {
    report.results[at].visibility = visibility;
  };
  hide(0, Visibility::hidden);           // F2.1-utf8, which blocks D6.3-all-bytes
  hide(5, Visibility::after_due_date);   // D2.1-silent-recipient
  hide(8, Visibility::after_published);  // L2.1-longest-body
  hide(10, Visibility::hidden);          // whose reason names it
  const json document = gradescope(report);
  CHECK(document.at("visibility") == "visible");
  CHECK(document.at("tests").at(0).at("visibility") == "hidden");
  const std::string seen = all_that_is_seen_at_once(document);
  for (const char* id : {"F2.1-utf8", "D2.1-silent-recipient", "L2.1-longest-body", "counted in characters"})
    CHECK(seen.find(id) == std::string::npos);
  CHECK(seen.find("without 4 cases that are shown later, or not at all") != std::string::npos);
  CHECK(seen.find("something that it builds on failed") != std::string::npos);
  CHECK(document.at("score") == report.totals().score);

  report.visibility = Visibility::hidden;
  const std::string output = gradescope(report).at("output");
  CHECK(output.find("F2.1-utf8") != std::string::npos);
  CHECK(output.find("shown later") == std::string::npos);
}
