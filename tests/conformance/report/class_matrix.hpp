#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "tests/conformance/model/verdict.hpp"

namespace parley::conform {

/// What became of a program of the class.
enum class ProgramOutcome {
  not_judged_yet,
  judged,      ///< to its end
  broken_off,  ///< the run was ended before, or while it was judged
  refused,     ///< its folder, its settings or the options leave nothing that could be tried
  does_not_build,
  does_not_start,
  not_judged,  ///< the suite, or the machine, was not up to it
};

/// One program of one submission in the class.
struct ClassRow {
  std::string submission;   ///< its name
  std::string half;         ///< "server" or "client"
  std::string report_file;  ///< beside the matrix; empty when there is none
  Report report;            ///< no results when there is no report
  std::string problem;      ///< why it was not judged to its end, a sentence for people
  std::string folder{};     ///< the submission's, without the path
  ProgramOutcome outcome = ProgramOutcome::judged;
};

/// folder, name, half, score, max_score, passed, failed, untried, blocking_case, root_cause, problem, then a
/// column for each clause: pass, fail, skipped, not run, or nothing where it does not apply. A clause with
/// several cases is as bad as its worst. Who has no report has no numbers either. RFC 4180.
void write_class_csv(std::ostream& out, const std::vector<ClassRow>& rows);

/// The same as one page that needs nothing else, with a table for each half; each row leads to its report.
/// With its script a click on the head of a column sorts by it.
void write_class_html(std::ostream& out, const std::vector<ClassRow>& rows);

}  // namespace parley::conform
