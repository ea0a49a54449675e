#include "tests/conformance/command/report_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <system_error>

#include "base/file_descriptor.hpp"
#include "base/output.hpp"
#include "tests/conformance/model/bad_input.hpp"
#include "tests/conformance/report/report_console.hpp"
#include "tests/conformance/report/report_writers.hpp"

namespace parley::conform {
namespace {

/// What VPL says of the activity in a variable.
double best_vpl_grade() {
  constexpr double moodle_default = 100;
  constexpr double most = 1e6;
  const char* text = std::getenv("VPL_GRADEMAX");
  double grade = 0;
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), grade);
  return grade > 0 && grade <= most ? grade : moodle_default;
}

constexpr std::array formats{
    Format{"tap", "TAP 13, for prove", write_tap},
    Format{"junit", "JUnit XML, for Jenkins and GitLab", write_junit},
    Format{"markdown", "For GitHub's step summary, at most 1 MiB", write_markdown},
    Format{"gradescope", "Its results.json", write_gradescope},
    Format{"autolab", "What an autograder of it prints", write_autolab},
    Format{"prairielearn", "Its results.json, at most 1 MB", write_prairielearn},
    Format{"vpl", "What Moodle's VPL takes for an evaluation",
           [](std::ostream& out, const Report& report) { write_vpl(out, report, best_vpl_grade()); }},
    Format{"json", "Everything", write_json},
    Format{"html", "A page for people", write_html}};

constexpr std::string_view standard_output = "-";

bool takes_standard_output(const Options& options) {
  return std::ranges::any_of(options.reports,
                             [](const auto& report) { return report.second == standard_output; });
}

/// A new file is made and taken away again: nothing else tells whether it can be. Sets errno.
bool can_be_written(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISREG(status.st_mode)) return bool(FileDescriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC)));
    if (S_ISDIR(status.st_mode)) errno = EISDIR;
    // A FIFO is not opened for a look: when it is closed again its reader takes that for the end.
    return !S_ISDIR(status.st_mode) && ::access(path.c_str(), W_OK) == 0;
  }
  if (errno != ENOENT) return false;
  const std::string target = follow_links(path);
  constexpr mode_t before_umask = 0666;
  const FileDescriptor file(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, before_umask));
  return file && ::unlink(target.c_str()) == 0;
}

std::string why(int error) {
  return error == 0 ? "" : ": " + std::generic_category().message(error);
}

bool wants_color(const Options& options) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return !options.no_color && (no_color == nullptr || *no_color == '\0') && ::isatty(STDOUT_FILENO) == 1 &&
         terminal != nullptr && std::string_view(terminal) != "dumb";
}

}  // namespace

std::span<const Format> report_formats() {
  return formats;
}

void check_can_be_written(const std::string& path) {
  if (!can_be_written(path)) throw BadInput{"cannot write " + path + why(errno)};
}

void check_report_paths(const Options& options) {
  for (const auto& [format, path] : options.reports)
    if (path != standard_output) check_can_be_written(path);
}

void write_report_files(const Report& report, const Options& options) {
  std::string problems;
  for (const Format& format : formats) {
    const auto wanted = options.reports.find(format.name);
    if (wanted == options.reports.end()) continue;
    if (wanted->second == standard_output) {
      format.write(std::cout, report);  // main looks whether it was taken
      continue;
    }
    errno = 0;
    std::ofstream file(wanted->second, std::ios::binary);
    if (file) format.write(file, report);
    file.close();
    if (!file) problems += (problems.empty() ? "cannot write " : ", nor ") + wanted->second + why(errno);
  }
  if (!problems.empty()) throw NotWritten{problems};
}

void write_reports(const Report& report, const Options& options) {
  if (!takes_standard_output(options))
    write_console(std::cout, report, {wants_color(options), options.verbose});
  write_report_files(report, options);
}

}  // namespace parley::conform
