#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include "tests/conformance/grade/fingerprint.hpp"
#include "tests/conformance/report/class_matrix.hpp"

namespace parley::conform {

/// What a program that was judged is known by, so that it need not be judged again.
struct JudgedAs {
  Fingerprint run;      ///< the suite and its options
  Fingerprint found;    ///< its folder, before it was built
  Fingerprint left;     ///< its folder, after it was judged; the same when it worked on a copy
  Fingerprint reports;  ///< as they were written
};

/// What is there when a run is resumed.
struct FoundNow {
  Fingerprint run;
  Fingerprint folder;
  Fingerprint reports;
};

/// Keeps the row of a program that was judged to its end, with its report. Left out are: `problem` and
/// `outcome`, which say nothing of such a row, and the `visibility` of the report and of each result, which
/// only the reports beside it need. Any other field of ClassRow, Result or Report goes into both functions.
void write_record(std::ostream& out, const JudgedAs& judged_as, const ClassRow& row);

/// The row, when that was a record of the same run and of a folder that is now as it was found or left, and
/// its reports are as they were. Nothing for whatever else is there.
std::optional<ClassRow> read_record(std::istream& in, const FoundNow& now);

}  // namespace parley::conform
