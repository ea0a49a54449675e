#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/conformance/bench/settings.hpp"
#include "tests/conformance/command/course.hpp"
#include "tests/conformance/command/visibility.hpp"
#include "tests/conformance/model/clause.hpp"
#include "tests/conformance/process/confinement.hpp"

namespace parley::conform {

/// Exit codes of parley-conform.
/// 128 and more: that many more than the number of the signal that has ended the run.
enum class ExitCode {
  all_must_passed = 0,
  some_failed = 1,
  usage = 2,
  never_came_up = 3,
  suite_at_fault = 4,
  not_written = 5,  ///< a report, or what was to be printed
};

enum class Task { judge_server, judge_client, grade, interop, probe_server, probe_client };
enum class Sandboxing { automatic, on, off };

/// What a case costs that could not be tried: its points, or nothing.
enum class Untried { fail, skip };

/// What the command line asked for.
struct Options {
  Task task = Task::judge_server;
  std::string address;               ///< HOST:PORT of a server that runs already
  std::string command;               ///< --exec
  std::vector<std::uint16_t> ports;  ///< in the program's source; empty: it is told one
  Sandboxing sandboxing = Sandboxing::off;
  Confinement confinement;
  bool list = false;
  bool list_needs = false;    ///< the needs of each case instead
  bool ignore_needs = false;  ///< every case as if nothing else were tried, and with no other dialect
  std::string replay;         ///< the id of a case; empty: none

  std::vector<std::string> only;
  std::vector<std::string> exclude;
  Level least_level = Level::may;  ///< cases of this level and of stricter ones

  Settings settings;
  std::size_t jobs = 1;   ///< at the same time: cases, with grade submissions, with interop pairs
  std::size_t tries = 3;  ///< at most, of a case that fails

  std::map<std::string, std::string> reports;  ///< format ("tap") to file; "-" is standard output
  std::optional<std::uint64_t> shuffle_seed;   ///< cases run in another order

  Untried untried = Untried::fail;
  std::vector<VisibilityRule> visibility;
  std::string weights_file;
  std::string expect_fail_file;
  std::string alternatives_file;
  std::string profile_file;
  PatternForm profile_form = PatternForm::regular_expression;
  bool is_watched = false;  ///< judged again whenever its folder changes
  /// Of a run: any thread, one at a time. Empty: the progress line, on a terminal.
  std::function<void(std::size_t done, std::size_t total, std::size_t failed)> on_progress;
  std::string course_file;
  Course course;  ///< what is in that file, once it was read
  bool verbose = false;
  bool no_color = false;
  bool shows_progress = true;      ///< on a terminal
  std::vector<std::string> words;  ///< the command line

  // For a class (grade, interop): the folder of the submissions, and what holds for those that say nothing
  // else. --watch builds, too.
  std::string folder;
  std::string output;  ///< see output_folder()
  bool resume = false;
  std::string build_command;
  std::string server_command;
  std::string client_command;
  std::chrono::milliseconds build_time{60'000};
  std::chrono::milliseconds pair_time{30'000};  ///< interop: for one client at one server
  /// Where a class's reports go: --output, or "reports" in the folder of the submissions.
  std::string output_folder() const { return output.empty() ? folder + "/reports" : output; }

  bool is_about_client() const { return task == Task::judge_client || task == Task::probe_client; }

  /// As many as may be at work: outside of sandboxes a port in the source is for one at a time.
  std::size_t workers() const;

  /// And as many more, for cases that mostly wait in vain.
  std::size_t workers_in_vain() const;

  /// Whether there may be several of its programs at the same time.
  bool may_be_several() const;
};

/// The options, or the exit code with which to leave; what there is to say has been printed then.
std::optional<Options> parse_options(int argc, char** argv, ExitCode& exit_code);

}  // namespace parley::conform
