#include "tests/conformance/command/requested_reports.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <sstream>
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

// Whoever reads a report from a pipe may look at it page by page.
constexpr std::chrono::seconds reader_patience{60};
constexpr mode_t before_umask = 0666;

[[noreturn]] void fail(int error) {
  throw std::system_error(error, std::generic_category());
}

/// "-", and what leads to the same, as /dev/stdout does.
bool is_standard_output(const std::string& path) {
  if (path == "-") return true;
  try {
    return to_descriptor(follow_links(path)) == STDOUT_FILENO;
  } catch (const std::exception&) {  // links in a circle: it is told when it is to be opened
    return false;
  }
}

bool takes_standard_output(const Options& options) {
  return std::ranges::any_of(options.reports,
                             [](const auto& report) { return is_standard_output(report.second); });
}

/// Open to be written anew; never waits. Throws std::system_error.
Output open_output(const std::string& path) {
  const std::string target = follow_links(path);
  if (const auto descriptor = to_descriptor(target)) return Output::to(*descriptor);
  FileDescriptor file(
      ::open(target.c_str(), O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, before_umask));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) fail(errno);
  if (S_ISBLK(status.st_mode)) fail(ENOTSUP);
  if (S_ISREG(status.st_mode) && ::ftruncate(file.get(), 0) != 0) fail(errno);
  return Output(std::move(file));
}

/// Whether it takes something: nothing is put there. Throws std::system_error.
Output try_output(const std::string& path) {
  Output output = open_output(path);
  if (!output.put({}, {}) && errno != EAGAIN) fail(errno);
  return output;
}

/// A new file is made and taken away again: nothing else tells whether it can be. Throws std::system_error.
void try_file(const std::string& path, bool is_there) {
  const std::string target = is_there ? path : follow_links(path);
  const int flags = O_WRONLY | O_NONBLOCK | O_CLOEXEC | (is_there ? 0 : O_CREAT | O_EXCL);
  const FileDescriptor file(::open(target.c_str(), flags, before_umask));
  if (!file || (!is_there && ::unlink(target.c_str()) != 0)) fail(errno);
}

/// "cannot write fifo: nobody reads it"
std::string sentence_of(const std::string& path, const std::system_error& error) {
  std::error_code none;
  const auto kind = std::filesystem::status(path, none).type();
  const bool has_no_reader = error.code() == std::errc::no_such_device_or_address;
  return "cannot write " + path + ": " +
         (has_no_reader && kind == std::filesystem::file_type::fifo     ? "nobody reads this FIFO"
          : has_no_reader && kind == std::filesystem::file_type::socket ? "it is a socket"
          : error.code().value() == EAGAIN                              ? "its reader takes nothing"
                                                                        : error.code().message());
}

void write_all(const Output& output, std::string_view text) {
  while (!text.empty()) {
    const auto part = text.substr(0, PIPE_BUF);
    if (!output.put(part, reader_patience)) fail(errno);
    text.remove_prefix(part.size());
  }
}

}  // namespace

bool wants_color(const Options& options) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return !options.no_color && (no_color == nullptr || *no_color == '\0') && ::isatty(STDOUT_FILENO) == 1 &&
         terminal != nullptr && std::string_view(terminal) != "dumb";
}

std::span<const Format> report_formats() {
  return formats;
}

HeldOutputs check_report_paths(const Options& options) {
  HeldOutputs held;
  for (const auto& [format, path] : options.reports) try {
      if (is_standard_output(path)) continue;
      struct stat status {};
      const bool is_there = ::stat(path.c_str(), &status) == 0;
      if (!is_there && errno != ENOENT) fail(errno);
      if (is_there && !S_ISREG(status.st_mode))
        held.push_back(try_output(path));
      else
        try_file(path, is_there);
    } catch (const std::system_error& error) {
      throw BadInput{sentence_of(path, error)};
    }
  return held;
}

void write_report_files(const Report& report, const Options& options) {
  std::string problems;
  for (const Format& format : formats) {
    const auto wanted = options.reports.find(format.name);
    if (wanted == options.reports.end()) continue;
    if (is_standard_output(wanted->second)) {
      format.write(std::cout, report);  // main looks whether it was taken
      continue;
    }
    std::ostringstream text;
    format.write(text, report);
    try {
      write_all(open_output(wanted->second), std::move(text).str());
    } catch (const std::system_error& error) {
      problems += (problems.empty() ? "" : "; ") + sentence_of(wanted->second, error);
    }
  }
  if (!problems.empty()) throw NotWritten{problems};
}

void write_reports(const Report& report, const Options& options) {
  if (!takes_standard_output(options))
    write_console(std::cout, report, {wants_color(options), options.verbose});
  write_report_files(report, options);
}

}  // namespace parley::conform
