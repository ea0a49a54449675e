#include "tests/conformance/command/submission.hpp"

#include <algorithm>
#include <iostream>

#include "tests/conformance/command/bounded_read.hpp"
#include "tests/conformance/command/course_toml.hpp"
#include "tests/conformance/command/handed_in.hpp"
#include "tests/conformance/command/locked_output_folder.hpp"
#include "tests/conformance/model/bad_input.hpp"
#include "tests/conformance/report/report.hpp"

namespace parley::conform {
namespace {

constexpr const char* settings_file = "grade.toml";

constexpr std::size_t most_settings_bytes = 64 * 1024;
constexpr std::size_t longest_name_bytes = 200;
constexpr std::size_t longest_command_bytes = 8 * 1024;  // it may be a script
constexpr std::size_t longest_path_bytes = 1024;

/// The text under `key`; throws BadInput when there is something else.
std::string text_at(const toml::table& table, std::string_view key, std::size_t most_bytes) {
  const toml::node* node = table.get(key);
  return node == nullptr ? std::string() : text_in(*node, std::string(key), most_bytes);
}

std::uint16_t to_port(const toml::node& node) {
  const auto number = node.value_exact<std::int64_t>();
  if (!number || *number < 1 || *number > UINT16_MAX)
    throw BadInput{line_of(node) + "a port is a number from 1 to 65535"};
  return static_cast<std::uint16_t>(*number);
}

constexpr std::size_t most_ports = 16;  // each is listened on, or looked for

/// Of `port = 5050` or `ports = [5000, 8000]`.
std::vector<std::uint16_t> ports_of(const toml::table& table) {
  std::vector<std::uint16_t> ports;
  if (const toml::node* one = table.get("port")) ports.push_back(to_port(*one));
  if (const toml::node* several = table.get("ports")) {
    const toml::array* list = several->as_array();
    if (list == nullptr || list->empty() || !ports.empty())
      throw BadInput{line_of(*several) + "it must be port = 5050 or ports = [5000, 8000]"};
    if (list->size() > most_ports)
      throw BadInput{line_of(*several) + "it has more than " + std::to_string(most_ports) + " ports"};
    for (const toml::node& one : *list) ports.push_back(to_port(one));
  }
  return ports;
}

/// What is the same for everybody is not each one's to say.
constexpr std::string_view course_keys[] = {"dialect",           "weights", "alternatives",
                                            "expected_failures", "profile", "answers"};

void check_keys(const toml::table& table, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : table) {
    if (std::ranges::find(known, key.str()) != known.end()) continue;
    const bool is_of_course = std::ranges::find(course_keys, key.str()) != std::end(course_keys);
    throw BadInput{
        line_of(value) + "it has no use for '" + shown(key.str(), longest_name_bytes) + "'" +
        (is_of_course ? ", which is for the whole class: in the grade.toml beside the submissions" : "")};
  }
}

/// The path of a file that was handed in, wherever links lead. Throws BadInput.
std::string own_file(const std::filesystem::path& folder, const std::string& name) {
  std::error_code error;
  const auto file = std::filesystem::canonical(folder / name, error);
  const auto inside = file.lexically_relative(std::filesystem::canonical(folder, error));
  if (error || inside.empty() || *inside.begin() == ".." || !std::filesystem::is_regular_file(file, error))
    throw BadInput{"'" + name + "' is no file of its folder"};
  return file;
}

void add_program(Submission& submission, const toml::table& table, std::string_view half, Task task) {
  const toml::node* node = table.get(half);
  if (node == nullptr) return;
  const toml::table* program = node->as_table();
  if (program == nullptr)
    throw BadInput{line_of(*node) + '\'' + std::string(half) + "' must be a table: [" + std::string(half) +
                   "]"};
  check_keys(*program, {"start", "profile", "port", "ports", "answers"});
  const std::string start = text_at(*program, "start", longest_command_bytes);
  if (start.empty()) throw BadInput{line_of(*node) + '[' + std::string(half) + "] has no start = \"...\""};
  std::string profile = text_at(*program, "profile", longest_path_bytes);
  if (!profile.empty()) profile = own_file(submission.folder, profile);
  submission.programs.push_back({task, start, profile, PatternForm::texts, ports_of(*program),
                                 read_answers(*program, "answers", QuestionForm::text)});
}

void read_settings(Submission& submission) {
  const auto path = submission.folder / settings_file;
  std::error_code error;
  const auto kind = std::filesystem::symlink_status(path, error).type();
  if (kind == std::filesystem::file_type::not_found) return;
  if (error || !std::filesystem::exists(path, error))
    throw BadInput{"it cannot be read: " + (error ? error.message() : "it is a link that leads nowhere")};
  const TextFile file = read_text_file(own_file(submission.folder, settings_file), most_settings_bytes);
  if (!file.problem.empty()) throw BadInput{"it cannot be read: " + file.problem};
  const toml::table table = toml::parse(file.text);
  check_keys(table, {"name", "build", "server", "client"});
  if (const std::string name = text_at(table, "name", longest_name_bytes); !name.empty())
    submission.name = name;
  if (const std::string build = text_at(table, "build", longest_command_bytes); !build.empty())
    submission.build = build;
  add_program(submission, table, "server", Task::judge_server);
  add_program(submission, table, "client", Task::judge_client);
}

bool has_settings(const std::filesystem::path& folder) {
  std::error_code error;
  const auto kind = std::filesystem::symlink_status(folder / settings_file, error).type();
  return kind != std::filesystem::file_type::not_found;  // what cannot be looked at is told with the others
}

Submission read_submission(const std::filesystem::path& folder, const Options& options) {
  Submission submission{folder.filename(), folder, options.build_command, {}, why_not_handed_in(folder)};
  try {
    if (submission.problem.empty()) submission.problem = why_not_its_own(folder);
    if (submission.problem.empty()) read_settings(submission);
  } catch (const BadInput& bad) {
    submission.problem = std::string("Its ") + settings_file + " can not be used: " + bad.what + '.';
  } catch (const toml::parse_error& error) {
    submission.problem = std::string("Its ") + settings_file + " can not be read, line " +
                         std::to_string(error.source().begin.line) + ": " + std::string(error.description()) +
                         '.';
  }
  if (submission.programs.empty()) {
    if (!options.server_command.empty())
      submission.programs.push_back({Task::judge_server, options.server_command, {}, {}, {}, {}});
    if (!options.client_command.empty())
      submission.programs.push_back({Task::judge_client,
                                     options.client_command,
                                     options.profile_file,
                                     PatternForm::regular_expression,
                                     {},
                                     {}});
  }
  const bool is_there = has_settings(folder);
  if (submission.programs.empty() && submission.problem.empty())
    submission.problem = "Nothing says how to start it: " + std::string(is_there ? "its " : "there is no ") +
                         settings_file + (is_there ? " has neither a server nor a client" : "") +
                         ", and neither --server nor --client was given.";
  return submission;
}

/// Some other folder was meant, or an option was forgotten: that makes no class. Throws BadInput.
void check_something_can_be_started(const std::vector<std::filesystem::path>& folders,
                                    const Options& options) {
  const bool is_said = !options.server_command.empty() || !options.client_command.empty();
  if (is_said || std::ranges::any_of(folders, has_settings)) return;
  constexpr std::size_t most_names = 3;
  std::string names;
  for (std::size_t i = 0; i < std::min(folders.size(), most_names); ++i)
    names += (i == 0 ? "" : ", ") + shown(folders[i].filename().string());
  if (folders.size() > most_names) names += ", ...";
  throw BadInput{"nothing in " + options.folder + " can be started: none of its folders (" + names +
                 ") has a " + settings_file + ", and neither --server nor --client was given"};
}

/// A folder, or a link to one or to nothing, which has a row with the reason why it is not judged. The
/// reports of another run are none.
bool is_submission(const std::filesystem::directory_entry& entry, const Options& options) {
  std::error_code error;
  const bool is_output = std::filesystem::equivalent(entry.path(), options.output_folder(), error);
  if (is_output) return false;
  if (has_reports(entry.path()) && !has_settings(entry.path())) {
    std::cerr << "parley-conform: " << shown(entry.path().filename().string())
              << " is no submission: it has the reports of an earlier run\n";
    return false;
  }
  const bool is_folder = entry.is_directory(error);
  const bool is_lost = entry.is_symlink(error) && !entry.exists(error);
  return (is_folder || is_lost) && !entry.path().filename().string().starts_with('.');
}

}  // namespace

void check_is_class(const Options& options) {
  const std::filesystem::path path = std::filesystem::path(options.folder) / settings_file;
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return;
  const TextFile file = read_text_file(path, most_settings_bytes);
  if (!file.problem.empty()) return;
  try {
    const toml::table table = toml::parse(file.text);
    if (table.contains("server") || table.contains("client"))
      throw BadInput{options.folder + " is one submission, as its " + settings_file +
                     " says; give the folder above it"};
  } catch (const toml::parse_error&) {
    // Who reads it tells what is wrong.
  }
}

std::vector<Submission> read_submissions(const Options& options) {
  std::error_code error;
  std::filesystem::directory_iterator entry(options.folder, error);
  if (error) throw BadInput{options.folder + " is no folder that can be read: " + error.message()};
  if (std::filesystem::exists(std::filesystem::path(options.output_folder()) / settings_file, error))
    throw BadInput{"the reports' folder " + options.output_folder() + " has a " + settings_file +
                   ": it is a submission; give another --output"};
  std::vector<std::filesystem::path> folders;
  for (; entry != std::filesystem::directory_iterator(); entry.increment(error))
    if (is_submission(*entry, options)) folders.push_back(std::filesystem::absolute(entry->path()));
  if (error) throw BadInput{"cannot read all of " + options.folder + ": " + error.message()};
  if (folders.empty())
    throw BadInput{"there are no submissions in " + options.folder + ": each is a folder in it"};
  check_something_can_be_started(folders, options);
  std::ranges::sort(folders);
  std::vector<Submission> submissions;
  for (const auto& folder : folders) submissions.push_back(read_submission(folder, options));
  return submissions;
}

}  // namespace parley::conform
