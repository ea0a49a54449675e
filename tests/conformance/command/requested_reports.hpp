#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/output.hpp"
#include "tests/conformance/command/options.hpp"
#include "tests/conformance/model/verdict.hpp"

/// The reports that the command line asks for, as files.
namespace parley::conform {

/// Whether what is printed is to have colours: standard output is a terminal that has some, and neither
/// --no-color nor NO_COLOR says no.
bool wants_color(const Options& options);

/// One in which a report can be written: --NAME FILE.
struct Format {
  const char* name;
  const char* help;
  void (*write)(std::ostream& out, const Report& report);
};
std::span<const Format> report_formats();

/// Reports that could not be written, or a part of what was to be printed: which and why.
struct NotWritten {
  std::string what;
};

/// What was opened for a look and is to stay open until the reports are written: whoever reads a pipe takes
/// its end for the end of the report.
using HeldOutputs = std::vector<Output>;

/// Before a run: looks whether each report that is asked for can be written. What is there already stays as
/// it is. Never waits, not for the reader of a FIFO either. Throws BadInput.
[[nodiscard]] HeldOutputs check_report_paths(const Options& options);

/// Writes every report that is asked for, also behind one that cannot be written; then throws NotWritten. It
/// waits a minute at most for a reader that takes nothing, but of standard output.
void write_report_files(const Report& report, const Options& options);

/// The same, and the console's report first, unless one of the others goes to standard output.
void write_reports(const Report& report, const Options& options);

}  // namespace parley::conform
