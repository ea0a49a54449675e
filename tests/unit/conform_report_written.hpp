#pragma once

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/conformance/model/verdict.hpp"
#include "tests/unit/conform_report_sample.hpp"

/// What the tests of the writers have in common.
namespace parley::conform::test {

inline std::string written(void (*writer)(std::ostream&, const Report&), const Report& report) {
  std::ostringstream out;
  writer(out, report);
  REQUIRE(out);
  return std::move(out).str();
}

inline std::vector<Report> all_reports() {
  return {sample_report(), hostile_report(), Report{}};
}

}  // namespace parley::conform::test
