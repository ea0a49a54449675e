#include "tests/conformance/command/submission.hpp"

#include <algorithm>

#include "tests/conformance/command/course_toml.hpp"
#include "tests/conformance/model/bad_input.hpp"

namespace parley::conform {
namespace {

constexpr const char* settings_file = "grade.toml";

/// The text under `key`; throws BadInput when there is something else.
std::string text_at(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  if (const auto text = node->value_exact<std::string>()) return *text;
  throw BadInput{"'" + std::string(key) + "' must be a text in quotes"};
}

std::uint16_t to_port(const toml::node& node) {
  const auto number = node.value_exact<std::int64_t>();
  if (!number || *number < 1 || *number > UINT16_MAX) throw BadInput{"a port is a number from 1 to 65535"};
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
      throw BadInput{"it must be port = 5050 or ports = [5000, 8000]"};
    if (list->size() > most_ports)
      throw BadInput{"it has more than " + std::to_string(most_ports) + " ports"};
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
        "it has no use for '" + std::string(key.str()) + "'" +
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
    throw BadInput{"'" + std::string(half) + "' must be a table: [" + std::string(half) + "]"};
  check_keys(*program, {"start", "profile", "port", "ports", "answers"});
  const std::string start = text_at(*program, "start");
  if (start.empty()) throw BadInput{"[" + std::string(half) + "] has no start = \"...\""};
  std::string profile = text_at(*program, "profile");
  if (!profile.empty()) profile = own_file(submission.folder, profile);
  submission.programs.push_back({task, start, profile, PatternForm::texts, ports_of(*program),
                                 read_answers(*program, "answers", QuestionForm::text)});
}

void read_settings(Submission& submission) {
  const auto path = submission.folder / settings_file;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return;
  if (!std::filesystem::is_regular_file(path, error))
    throw BadInput{"it is no file"};  // to read it might never end
  const toml::table table = toml::parse_file(path.string());
  check_keys(table, {"name", "build", "server", "client"});
  if (const std::string name = text_at(table, "name"); !name.empty()) submission.name = name;
  if (const std::string build = text_at(table, "build"); !build.empty()) submission.build = build;
  add_program(submission, table, "server", Task::judge_server);
  add_program(submission, table, "client", Task::judge_client);
}

Submission read_submission(const std::filesystem::path& folder, const Options& options) {
  Submission submission{folder.filename(), folder, options.build_command, {}, {}};
  try {
    read_settings(submission);
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
  if (submission.programs.empty() && submission.problem.empty())
    submission.problem = std::string("Nothing says how to start it: there is no ") + settings_file +
                         ", and neither --server nor --client was given.";
  return submission;
}

}  // namespace

std::vector<Submission> read_submissions(const Options& options) {
  std::error_code error;
  if (!std::filesystem::is_directory(options.folder, error))
    throw BadInput{options.folder + " is no folder that can be read"};
  if (std::filesystem::exists(std::filesystem::path(options.output_folder()) / settings_file, error))
    throw BadInput{"the reports' folder " + options.output_folder() + " has a " + settings_file +
                   ": it is a submission; give another --output"};
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(options.folder, error))
    if (entry.is_directory() && !entry.path().filename().string().starts_with('.') &&
        !std::filesystem::equivalent(entry.path(), options.output_folder(), error))
      folders.push_back(std::filesystem::absolute(entry.path()));
  if (folders.empty()) throw BadInput{"there are no submissions in " + options.folder};
  std::ranges::sort(folders);
  std::vector<Submission> submissions;
  for (const auto& folder : folders) submissions.push_back(read_submission(folder, options));
  return submissions;
}

}  // namespace parley::conform
