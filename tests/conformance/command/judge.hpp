#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/conformance/bench/runner.hpp"
#include "tests/conformance/command/options.hpp"
#include "tests/conformance/probe/probe.hpp"

namespace parley::conform {

/// A program under test, and how to try a case on it.
struct Subject {
  std::string name;  ///< for people: "server at 127.0.0.1:5050"
  std::vector<Job> jobs;
  bool is_server = true;
  std::function<std::unique_ptr<Bench>(const Settings& settings)>
      make_bench;  ///< the settings must outlive it
  /// How the program speaks, looked for from that dialect on.
  std::function<Probed(ProbeGoal goal, const Dialect& dialect)> probe;
};

/// When --only, --exclude and --level leave no case.
inline constexpr const char* nothing_left = "nothing is left to try";

/// Tries what the options ask for; nothing is printed but the progress line, on a terminal.
Report judge(const Subject& subject, const Options& options);

/// The report of a program of which nothing can be tried, for this reason, a sentence: no points, of all that
/// there are.
Report untried(const Subject& subject, const Options& options, const std::string& problem);

/// What the run comes to. The first two cases decide whether the program ever was there.
ExitCode exit_code_of(const Report& report);

}  // namespace parley::conform
