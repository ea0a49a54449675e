#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>

#include <unistd.h>

#include "tests/conformance/report_markup.hpp"
#include "tests/conformance/report_writers.hpp"
#include "tests/unit/conform_report_sample.hpp"

using namespace parley::conform;

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

std::string written(void (*writer)(std::ostream&, const Report&), const Report& report) {
  std::ostringstream out;
  writer(out, report);
  REQUIRE(out);
  return std::move(out).str();
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("markup is legal whatever the bytes") {
  CHECK(markup("<a b=\"c\">&</a>") == "&lt;a b=&quot;c&quot;&gt;&amp;&lt;/a&gt;");
  CHECK(markup(std::string("\0\x1b\n\xff", 4)) == "\\x00\\x1b\n\\xff");
  CHECK(markup("\xef\xbf\xbe\xef\xbf\xbf") == "\\u{fffe}\\u{ffff}");
  CHECK(markup("caf\xc3\xa9") == "caf\xc3\xa9");
}

TEST_CASE("JUnit: valid against the schema, whatever is in the report") {
  const bool has_xmllint = succeeds("command -v xmllint >/dev/null");
  for (const Report& report : {test::sample_report(), test::hostile_report(), Report{}}) {
    const TemporaryFile file(written(write_junit, report), ".xml");
    CHECK(succeeds("python3 -c 'import sys, xml.etree.ElementTree as t; t.parse(sys.argv[1])' " +
                   file.quoted()));
    if (has_xmllint)
      CHECK(succeeds("xmllint --noout --schema " + in_source("tests/conformance/schema/junit.xsd") + ' ' +
                     file.quoted() + " 2>/dev/null"));
  }
  if (!has_xmllint)
    MESSAGE("xmllint (libxml2-utils) is not installed: well-formedness was checked, the schema was not");
}

TEST_CASE("JUnit: failures, errors and skips as Report::totals() counts them") {
  const std::string xml = written(write_junit, test::sample_report());
  CHECK(count_of(xml, "<testcase ") == 11);
  CHECK(count_of(xml, "<failure ") == 3);
  CHECK(count_of(xml, "<error ") == 1);
  CHECK(count_of(xml, "<skipped ") == 1);
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

TEST_CASE("HTML: one well-formed page that fetches nothing and whose links lead somewhere") {
  for (const Report& report : {test::sample_report(), test::hostile_report(), Report{}}) {
    const TemporaryFile file(written(write_html, report), ".html");
    CHECK(succeeds("python3 " + in_source("tests/unit/check_report_page.py") + ' ' + file.quoted()));
  }
}

TEST_CASE("HTML: the matrix, the cases and their bytes are there") {
  const std::string page = written(write_html, test::sample_report());
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
  const std::string page = written(write_html, test::hostile_report());
  CHECK(count_of(page, "<script>") == 1);
  CHECK(page.find("&lt;script&gt;alert(1)") != std::string::npos);
  CHECK(page.size() < 2'000'000);
  CHECK(page.find(" bytes more") != std::string::npos);
}
