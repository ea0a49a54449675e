#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/conformance/report/report_bytes.hpp"
#include "tests/conformance/report/report_writers.hpp"
#include "tests/unit/conform_report_sample.hpp"
#include "tests/unit/conform_report_written.hpp"

using namespace parley::conform;
using nlohmann::json;

namespace {

using parley::test::all_reports;
using parley::test::written;

struct TapPoint {
  bool ok = false;
  std::string description, directive;
  std::map<std::string, std::string> diagnostics;
};

// Undoes the escapes, and finds the # that is none.
void split_description(const std::string& text, TapPoint& point) {
  std::string* part = &point.description;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '#' || text[i + 1] == '\\'))
      *part += text[++i];
    else if (text[i] == '#' && part == &point.description)
      part = &point.directive;
    else
      *part += text[i];
  }
}

// A reader of TAP 13 that refuses whatever it does not know.
std::vector<TapPoint> read_tap(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  REQUIRE(line == "TAP version 13");
  std::getline(lines, line);
  std::smatch match;
  REQUIRE(std::regex_match(line, match, std::regex("1\\.\\.([0-9]+)( # SKIP .*)?")));
  const std::size_t planned = std::stoul(match[1]);
  std::vector<TapPoint> points;
  bool in_yaml = false;
  const std::regex field(R"(  ([a-z_]+): ("([^"\\]|\\.)*"|[0-9]+))");
  const std::regex item(R"(    - "([^"\\]|\\.)*")");
  while (std::getline(lines, line)) {
    if (in_yaml) {
      if (line == "  ...") {
        in_yaml = false;
      } else if (line != "  transcript:" && !std::regex_match(line, item)) {
        REQUIRE_MESSAGE(std::regex_match(line, match, field), line);
        const json value = json::parse(match[2].str());
        points.back().diagnostics[match[1]] = value.is_string() ? value.get<std::string>() : match[2].str();
      }
    } else if (line == "  ---") {
      in_yaml = true;
    } else if (!line.starts_with("# ")) {
      REQUIRE_MESSAGE(std::regex_match(line, match, std::regex("(not )?ok ([0-9]+) - (.*)")), line);
      points.emplace_back();
      CHECK(std::stoul(match[2]) == points.size());
      points.back().ok = !match[1].matched;
      split_description(match[3], points.back());
    }
  }
  CHECK_FALSE(in_yaml);
  CHECK(points.size() == planned);
  return points;
}

}  // namespace

TEST_CASE("TAP: every case is a point, failures explain themselves") {
  const auto points = read_tap(written(write_tap, parley::test::sample_report()));
  REQUIRE(points.size() == 11);
  CHECK_FALSE(points[0].ok);
  CHECK(points[0].description == "F2.1-utf8: a body of 5 characters and 6 bytes");
  CHECK(points[0].diagnostics.at("level") == "MUST");
  CHECK(points[0].diagnostics.at("garbage_at") == "39");
  CHECK(points[0].diagnostics.at("bytes") == "FORWARD alice8\\nContent-length: 5\\n\\ncaf\\xc3\\xa9?");
  CHECK(points[1].ok);
  CHECK_FALSE(points[2].ok);
  CHECK(points[2].directive == " TODO expected to fail");
  CHECK(points[6].ok);
  CHECK(points[6].directive == " SKIP blocked by F2.1-utf8, which did not pass");
  CHECK_FALSE(points[10].ok);
  CHECK(points[10].directive.empty());
  CHECK(points[10].diagnostics.at("why").find("SIGSEGV") != std::string::npos);
}

TEST_CASE("TAP and JSON: what is not offered is skipped, behind all results") {
  Report report = parley::test::sample_report();
  Result& absent = report.not_offered.emplace_back(report.results[0]);
  absent.status = Status::not_offered;
  absent.reason = "It has no #SERVER.";
  const auto points = read_tap(written(write_tap, report));
  REQUIRE(points.size() == report.results.size() + 1);
  CHECK(points.back().ok);
  CHECK(points.back().directive == " SKIP It has no #SERVER.");
  const json document = json::parse(written(write_json, report));
  CHECK(document["results"].size() == report.results.size());
  CHECK(document["not_offered"][0]["status"] == "not offered");
}

TEST_CASE("TAP: hostile text neither makes a point nor a directive") {
  const auto points = read_tap(written(write_tap, parley::test::hostile_report()));
  REQUIRE(points.size() == 6);
  CHECK(points[0].directive.empty());
  CHECK(points[0].description.find("]]> # \\ \\# ... --- \\r\\n\\tend") != std::string::npos);
  CHECK(read_tap(written(write_tap, Report{})).empty());
  // YAML has no U+FFFE, although UTF-8 has.
  CHECK(written(write_tap, parley::test::hostile_report()).find("\xef\xbf\xbe") == std::string::npos);
}

TEST_CASE("Gradescope: the fields it knows, and the total is the sum of the tests") {
  for (const Report& report : all_reports()) {
    const json document = json::parse(written(write_gradescope, report));
    int score = 0;
    int max_score = 0;
    int passed = 0;
    for (const json& test : document.at("tests")) {
      for (const auto* key : {"name", "name_format", "number", "output", "output_format", "visibility"})
        CHECK(test.at(key).is_string());
      CHECK(test.at("tags").size() == 3);
      CHECK((test.at("status") == "passed" || test.at("status") == "failed"));
      passed += test.at("status") == "passed" ? 1 : 0;
      score += test.at("score").get<int>();
      max_score += test.at("max_score").get<int>();
    }
    CHECK(document.at("score") == score);
    CHECK(document.at("extra_data").at("max_score") == max_score);
    CHECK(score == report.totals().score);
    CHECK(max_score == report.totals().max_score);
    CHECK(passed == report.totals().passed);
    CHECK(document.at("execution_time").is_number());
    CHECK(document.at("stdout_visibility") == "hidden");
  }
  const json sample = json::parse(written(write_gradescope, parley::test::sample_report()));
  CHECK(sample.at("tests").at(0).at("number") == "1.1");
  CHECK(sample.at("tests").at(3).at("number") == "2.1");
  CHECK(sample.at("tests").at(0).at("output").get<std::string>().find("^ here, after 39") !=
        std::string::npos);
  CHECK(sample.at("tests").at(1).at("output") == "");
}

TEST_CASE("JSON: everything, whole, and every byte can be had back") {
  const Report report = parley::test::sample_report();
  const json document = json::parse(written(write_json, report));
  CHECK(document.at("format_version") == 1);
  CHECK(document.at("seed") == 7);
  CHECK(document.at("totals").at("passed") == 6);
  CHECK(document.at("totals").at("score") == 5);
  CHECK(document.at("totals").at("all_must_passed") == false);
  REQUIRE(document.at("results").size() == report.results.size());
  const json& utf8 = document.at("results").at(0);
  CHECK(utf8.at("clause").at("id") == "F2.1");
  CHECK(utf8.at("clause").at("level") == "MUST");
  CHECK(utf8.at("failure").at("garbage_at") == 39);
  CHECK(utf8.at("transcript").at("lanes") == json({"alice8, sending", "alice8, receiving"}));
  CHECK(utf8.at("transcript").at("entries").at(8).at("happening") == "reset");
  CHECK(document.at("results").at(1).at("failure").is_null());
  CHECK(document.at("results").at(6).at("blocked_by") == "F2.1-utf8");

  const json& longest = document.at("results").at(8).at("transcript").at("entries").at(6).at("bytes");
  const std::string& sent = report.results[8].transcript.entries()[6].bytes;
  CHECK(longest.at("hex") == hex(sent));
  CHECK(longest.at("text").get<std::string>().size() == sent.size() + 3);
}

TEST_CASE("JSON: hostile bytes come through as bytes") {
  const json document = json::parse(written(write_json, parley::test::hostile_report()));
  CHECK(document.at("seed") == ~std::uint64_t{0});
  CHECK(document.at("results").size() == 6);
  const json& entry = document.at("results").at(0).at("transcript").at("entries").at(1);
  CHECK(entry.at("bytes").at("hex").get<std::string>().starts_with("6e 75 6c 3a 00 20"));
  CHECK(document.at("results").at(1).at("failure").at("lane") == 99);
  CHECK(json::parse(written(write_json, Report{})).at("results").empty());
}
