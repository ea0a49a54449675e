#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "tests/conformance/verdict.hpp"

namespace parley::conform {

/// One program of one submission in the class.
struct ClassRow {
  std::string submission;
  std::string half;         ///< "server" or "client"
  std::string report_file;  ///< beside the matrix; empty when it was never run
  Report report;            ///< no results when it was never run
  std::string problem;      ///< why not, a sentence
};

/// submission, half, score, max_score, problem, then a column for each clause: pass, fail, skipped, not run,
/// or nothing where it does not apply. A clause with several cases is as bad as its worst. RFC 4180.
void write_class_csv(std::ostream& out, const std::vector<ClassRow>& rows);

/// The same as one page that needs nothing else; each row leads to its report.
void write_class_html(std::ostream& out, const std::vector<ClassRow>& rows);

}  // namespace parley::conform
