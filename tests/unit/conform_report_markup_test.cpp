#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>

#include <unistd.h>

#include "tests/conformance/report/report_markup.hpp"
#include "tests/conformance/report/report_writers.hpp"
#include "tests/support/contains.hpp"
#include "tests/unit/conform_report_sample.hpp"
#include "tests/unit/conform_report_written.hpp"

using namespace parley::conform;
using enum Happening;

namespace {

// A file that goes when the test does. Only one of an ending at a time.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& content, const std::string& ending)
      : path_(std::filesystem::temp_directory_path() /
              ("parley-report-" + std::to_string(getpid()) + ending)) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove(path_); }

  std::string quoted() const { return '\'' + path_.string() + '\''; }

 private:
  const std::filesystem::path path_;
};

bool succeeds(const std::string& command) {
  return std::system(command.c_str()) == 0;
}

std::string in_source(const std::string& path) {
  return '\'' + std::string(PARLEY_SOURCE_DIR) + '/' + path + '\'';
}

using parley::test::count_of;
using parley::test::written;

}  // namespace

TEST_CASE("markup is legal whatever the bytes") {
  CHECK(markup("<a b=\"c\">&</a>") == "&lt;a b=&quot;c&quot;&gt;&amp;&lt;/a&gt;");
  CHECK(markup(std::string("\0\x1b\n\xff", 4)) == "\\x00\\x1b\n\\xff");
  CHECK(markup("\xef\xbf\xbe\xef\xbf\xbf") == "\\u{fffe}\\u{ffff}");
  CHECK(markup("caf\xc3\xa9") == "caf\xc3\xa9");
}

TEST_CASE("JUnit: valid against the schema, whatever is in the report") {
  const bool has_xmllint = succeeds("command -v xmllint >/dev/null");
  for (const Report& report : {parley::test::sample_report(), parley::test::hostile_report(), Report{}}) {
    const TemporaryFile file(written(write_junit, report), ".xml");
    CHECK(succeeds("python3 -c 'import sys, xml.etree.ElementTree as t; t.parse(sys.argv[1])' " +
                   file.quoted()));
    if (has_xmllint)
      CHECK(succeeds("xmllint --noout --schema " + in_source("tests/conformance/selftest/schema/junit.xsd") +
                     ' ' + file.quoted() + " 2>/dev/null"));
  }
  if (!has_xmllint)
    MESSAGE("xmllint (libxml2-utils) is not installed: well-formedness was checked, the schema was not");
}

TEST_CASE("JUnit: failures, errors and skips as Report::totals() counts them") {
  const std::string xml = written(write_junit, parley::test::sample_report());
  CHECK(count_of(xml, "<testcase ") == 11);
  CHECK(count_of(xml, "<failure ") == 3);
  CHECK(count_of(xml, "<error ") == 1);
  CHECK(count_of(xml, "<skipped ") == 1);
  CHECK(xml.find("did not pass\">blocked by F2.1-utf8, which did not pass</skipped>") != std::string::npos);
  CHECK(
      xml.find(
          R"(<testsuites name="parley-conform: server at 127.0.0.1:5050" tests="11" failures="3" errors="1")") !=
      std::string::npos);
  CHECK(xml.find(R"(<testsuite name="D Delivery" tests="3" failures="1" errors="0" skipped="1")") !=
        std::string::npos);
  CHECK(xml.find(R"(<testcase name="F2.1-utf8" classname="server.Framing" time="0.012">)") !=
        std::string::npos);
  CHECK(xml.find("<system-out>Failed, as --expect-fail foretold.\n") != std::string::npos);
}

TEST_CASE("JUnit: GitLab finds a text for all that did not pass, and no file that the program has named") {
  Report report = parley::test::hostile_report();
  report.results[1].transcript.add(0, sent, "[[ATTACHMENT|/etc/passwd]]");
  const std::string xml = written(write_junit, report);
  for (const char* empty : {"></failure>", "></error>", "></skipped>", "<skipped/>"})
    CHECK(xml.find(empty) == std::string::npos);
  CHECK(xml.find("ATTACHMENT|/etc/passwd]]") != std::string::npos);
  CHECK(xml.find("[[ATTACHMENT|") == std::string::npos);
}

TEST_CASE("JUnit: more transcripts than GitLab reads are left out, and the failures are not") {
  Report report = parley::test::sample_report();
  Result longest = report.results.front();
  for (int i = 0; i < 400; ++i) longest.transcript.add(0, sent, std::string(384, '\xff'));
  for (int i = 0; i < 100; ++i) {
    longest.id = "F2.1-" + std::to_string(i);
    report.results.push_back(longest);
  }
  const std::string xml = written(write_junit, report);
  CHECK(xml.size() < 30'000'000);
  CHECK(count_of(xml, "<failure ") == 103);
  CHECK(count_of(xml, "The transcript is left out here") > 50);
}

TEST_CASE("HTML: one well-formed page that fetches nothing and whose links lead somewhere") {
  for (const Report& report : {parley::test::sample_report(), parley::test::hostile_report(), Report{}}) {
    const TemporaryFile file(written(write_html, report), ".html");
    CHECK(succeeds("python3 " + in_source("tests/unit/check_report_page.py") + ' ' + file.quoted()));
  }
}

TEST_CASE("HTML: the matrix, the cases and their bytes are there") {
  const std::string page = written(write_html, parley::test::sample_report());
  CHECK(page.find("<a class=\"cell fail must\" href=\"#F2.1-utf8\"") != std::string::npos);
  CHECK(page.find("<small>1/2</small>") != std::string::npos);
  CHECK(page.find("<details class=\"case fail\" open>") != std::string::npos);
  CHECK(page.find("<details class=\"case pass\">") != std::string::npos);
  CHECK(page.find("<b>3</b> failed") != std::string::npos);
  CHECK(page.find("<b>5</b> of 12 points") != std::string::npos);
  CHECK(page.find("href=\"#F2.1-utf8:8\"") != std::string::npos);
  CHECK(page.find("<div id=\"F2.1-utf8:8\"><p>connection reset</p>") != std::string::npos);
  CHECK(page.find("caf\\xc3\\xa9?</pre><pre class=\"hex\">46 4f 52") != std::string::npos);
  CHECK(page.find("blocked by F2.1-utf8, which did not pass") != std::string::npos);
}

TEST_CASE("HTML: hostile text is shown, not obeyed; a page stays small") {
  const std::string page = written(write_html, parley::test::hostile_report());
  CHECK(count_of(page, "<script>") == 1);
  CHECK(page.find("&lt;script&gt;alert(1)") != std::string::npos);
  CHECK(page.size() < 2'000'000);
  CHECK(page.find(" bytes more") != std::string::npos);
}

TEST_CASE("HTML: whose program it is, what to fix first, then the failures: MUST, SHOULD, MAY") {
  Report report = parley::test::sample_report();
  report.name = "Ada <b>";
  report.folder = "C#-smith";
  report.results[2].expected_to_fail = false;  // a SHOULD
  const std::string page = written(write_html, report);
  CHECK(page.find("<title>Ada &lt;b&gt; (in C#-smith): server at") != std::string::npos);
  std::size_t at = 0;
  for (const char* next :
       {"<h1>Ada &lt;b&gt;: server</h1>", "<code>C#-smith</code>", "Fix this first", "Failed: MUST",
        "<b>F2.1-utf8</b>", "<b>D2.1-silent-recipient</b>", "Failed: SHOULD", "<b>F4.1-one-write</b>",
        "<h2>Clauses", "Could not be tried", "Passed"}) {
    CHECK_MESSAGE(page.find(next, at) != std::string::npos, next);
    at = page.find(next, at);
  }
}

TEST_CASE("HTML: what nothing could be tried of says why, in every title") {
  Report report;
  report.subject = "server 'x'";
  report.name = "Ada";
  report.problem = "'make' exited with code 2.";
  CHECK(written(write_html, report).find("Nothing could be tried. 'make' exited with code 2.") !=
        std::string::npos);
  Report longer = report;
  longer.problem += "\\nchat.c:3: error";
  CHECK(written(write_html, longer).find("code 2.\nchat.c:3: error") != std::string::npos);
  CHECK(written(write_gradescope, report).find("Nothing could be tried. 'make' exited") != std::string::npos);
  CHECK(written(write_json, report).find("\"problem\": \"'make' exited with code 2.\"") != std::string::npos);
  CHECK(written(write_junit, report).find("parley-conform: Ada: server 'x'") != std::string::npos);
}

TEST_CASE("HTML: the page of a program that passes everything is small") {
  Report report;
  report.subject = "server 'python3 server.py {port}'";
  const Result like = parley::test::sample_report().results[1];
  REQUIRE(like.status == Status::passed);
  for (int i = 0; i < 150; ++i) {
    Result result = like;
    result.id += std::to_string(i);
    const auto lane = result.transcript.add_lane("alice, sending");
    for (int event = 0; event < 500; ++event)
      result.transcript.add(lane, Happening::sent, std::string(5000, 'x'));
    report.results.push_back(std::move(result));
  }
  CHECK(written(write_html, report).size() < 300'000);
  report.results.resize(3);
  CHECK(written(write_html, report).find("<svg") != std::string::npos);
}

TEST_CASE("HTML: a drawing is never wider than the page, and shows the lanes that matter") {
  for (const Report& report : {parley::test::sample_report(), parley::test::hostile_report()}) {
    const std::string page = written(write_html, report);
    const std::regex drawing("<svg class=\"(wide|narrow)\" width=\"([0-9]+)\"");
    std::size_t drawings = 0;
    for (auto found = std::sregex_iterator(page.begin(), page.end(), drawing);
         found != std::sregex_iterator(); ++found) {
      CHECK(std::stoi((*found)[2]) <= ((*found)[1] == "wide" ? 912 : 318));
      ++drawings;
    }
    CHECK(drawings > 0);
  }
  Report report = parley::test::sample_report();
  report.results = {report.results[5]};
  REQUIRE(report.results[0].id == "D2.1-silent-recipient");
  const auto idle = report.results[0].transcript.add_lane("carol7, sending");
  report.results[0].transcript.add(idle, Happening::opened);
  report.results[0].transcript.add(idle, Happening::sent, "REGISTER TOSEND carol7\n\n");
  const std::string page = written(write_html, report);
  const std::string drawn = page.substr(page.find("<svg"), page.find("</svg>") - page.find("<svg"));
  CHECK(drawn.find("<title>alice7, sending</title>") != std::string::npos);
  CHECK(drawn.find("<title>bob7, receiving</title>") != std::string::npos);
  CHECK(drawn.find("carol7") == std::string::npos);  // nothing but a sign-on
}
