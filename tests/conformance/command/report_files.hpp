#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

#include "tests/conformance/command/options.hpp"
#include "tests/conformance/model/verdict.hpp"

/// The reports that the command line asks for, as files.
namespace parley::conform {

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

/// Before a run: looks whether a report can be written to the path. What is there already stays as it is.
/// Throws BadInput.
void check_can_be_written(const std::string& path);

/// The same for each report that is asked for.
void check_report_paths(const Options& options);

/// Writes every report that is asked for, also behind one that cannot be written; then throws NotWritten.
void write_report_files(const Report& report, const Options& options);

/// The same, and the console's report first, unless one of the others goes to standard output.
void write_reports(const Report& report, const Options& options);

}  // namespace parley::conform
