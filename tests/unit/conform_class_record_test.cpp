#include <doctest/doctest.h>

#include <sstream>

#include "conform_report_sample.hpp"
#include "tests/conformance/grade/class_record.hpp"
#include "tests/conformance/report/report_writers.hpp"

namespace parley::conform {
namespace {

const std::string submission{"Ada \xff\0", 6};
const JudgedAs judged_as{{"run"}, {"found"}, {"left"}, {"reports"}};

std::string record_of(const Report& report) {
  std::ostringstream out;
  write_record(out, judged_as, {submission, "server", "ada-server.html", report, {}});
  return out.str();
}

std::optional<ClassRow> read(const std::string& record, const std::string& run, const std::string& folder,
                             const std::string& reports = "reports") {
  std::istringstream in(record);
  return read_record(in, {{run}, {folder}, {reports}});
}

std::string everything(const Report& report) {
  std::ostringstream out;
  write_json(out, report);
  write_html(out, report);
  write_junit(out, report);
  return out.str();
}

TEST_CASE("a report comes back whole from its record") {
  for (Report report : {test::sample_report(), test::hostile_report()}) {
    for (Result& result : report.results)  // a record names it; its text is the suite's own
      if (result.clause != nullptr && find_clause(result.clause->id) != result.clause)
        result.clause = nullptr;
    const auto row = read(record_of(report), "run", "found");
    REQUIRE(row);
    CHECK(everything(row->report) == everything(report));
    CHECK(row->submission == submission);
    CHECK(row->half == "server");
    CHECK(row->report_file == "ada-server.html");
    CHECK(row->problem.empty());
    CHECK(row->outcome == ProgramOutcome::judged);
    for (std::size_t i = 0; i < report.results.size(); ++i)
      CHECK(row->report.results[i].blocks == report.results[i].blocks);
  }
}

TEST_CASE("a record is of one run, and of a folder as it was found or left") {
  const std::string record = record_of(test::sample_report());
  CHECK(read(record, "run", "left"));
  CHECK_FALSE(read(record, "another run", "found"));
  CHECK_FALSE(read(record, "run", "changed"));
  CHECK_FALSE(read(record, "run", "left", "emptied"));
}

TEST_CASE("what is no record is none") {
  const std::string record = record_of(test::sample_report());
  for (std::size_t size = 0; size + 2 < record.size(); size += 1999)
    CHECK_FALSE(read(record.substr(0, size), "run", "found"));
  CHECK_FALSE(read(std::string(100'000, '['), "run", "found"));
  CHECK_FALSE(
      read(R"({"format_version":1,"run":"run","found":"found","left":"","results":7})", "run", "found"));
}

}  // namespace
}  // namespace parley::conform
