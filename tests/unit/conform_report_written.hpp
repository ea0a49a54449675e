#pragma once

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/conformance/model/verdict.hpp"
#include "tests/unit/conform_report_sample.hpp"

/// What the tests of the writers have in common.
namespace parley::test {

inline std::string written(void (*writer)(std::ostream&, const conform::Report&),
                           const conform::Report& report) {
  std::ostringstream out;
  writer(out, report);
  REQUIRE(out);
  return std::move(out).str();
}

inline std::vector<conform::Report> all_reports() {
  return {sample_report(), hostile_report(), conform::Report{}};
}

}  // namespace parley::test
