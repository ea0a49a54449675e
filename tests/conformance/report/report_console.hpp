#pragma once

#include <iosfwd>
#include <string_view>

#include "tests/conformance/report/report.hpp"

/// The report that a person reads on a terminal. Pure functions of what they are given; safe from any thread.
namespace parley::conform {

struct ConsoleOptions {
  bool colour = false;   ///< the stream is a terminal that wants it
  bool verbose = false;  ///< names the passed cases too
};

/// What failed with everything that is known of it; what was skipped, not run, or failed as expected; a table
/// by section; one sentence; the totals on the last line. Readable without colour, 80 columns wide (commands
/// and ids are never broken).
void write_console(std::ostream& out, const Report& report, const ConsoleOptions& options);

/// Where a run stands.
struct Progress {
  std::size_t done = 0, total = 0, failed = 0;
  std::string_view current;  ///< the id of the case that runs
};

/// One line that replaces the one before; does not end it. Only for a terminal. Flushes.
void print_progress(std::ostream& out, const Progress& progress);

/// Takes that line away.
void clear_progress(std::ostream& out);

}  // namespace parley::conform
