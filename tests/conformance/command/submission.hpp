#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/conformance/command/options.hpp"

namespace parley::conform {

/// One program of a submission.
struct SubmittedProgram {
  Task task = Task::judge_server;
  std::string start;    ///< the command, with {port} and so on
  std::string profile;  ///< clients: a file; empty for none
  PatternForm profile_form = PatternForm::regular_expression;
  std::vector<std::uint16_t> ports;  ///< in its source; empty: what the command line says
  std::vector<Answer> answers;       ///< to what it asks; those of the course come first
};

/// What one student handed in.
struct Submission {
  std::string name;
  std::filesystem::path folder;
  std::string build;  ///< a command; empty for none
  std::vector<SubmittedProgram> programs;
  std::string problem;  ///< why nothing of it can be run, a sentence; empty when it can
};

/// Throws BadInput when the folder for a class is that of one submission.
void check_is_class(const Options& options);

/// Every folder in `options.folder`, by name. What its grade.toml leaves out is taken from the command line.
/// A grade.toml that can not be used makes that submission's problem; only an unusable folder throws
/// BadInput.
///
///     name = "Ada Lovelace"                     # default: the folder's name
///     build = "javac Server.java"
///     [server]
///     start = "java Server {port}"          # or "java Server" and
///     port = 5050                           # or ports = [5000, 8000], when the source has them
///     [client]
///     start = "java Client {user} {host} {port}"
///     profile = "client.profile"
///     [[client.answers]]                    # and [[server.answers]]
///     question = "type 1 to log in"         # in capitals or not; no regular expression here
///     answer = "1"
std::vector<Submission> read_submissions(const Options& options);

}  // namespace parley::conform
