#include "tests/conformance/command/repeat_command.hpp"

namespace parley::conform {

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + '\'';
}

std::string repeat_command(const Options& options, std::string_view id) {
  std::string text = "parley-conform ";
  text += options.task == Task::judge_client ? "client" : "server";
  text += options.command.empty() ? ' ' + options.address : " --exec " + shell_quoted(options.command);
  if (!options.ports.empty()) {
    text += " --port ";
    for (const auto port : options.ports) text += std::to_string(port) + ',';
    text.pop_back();
  }
  if (!options.profile_file.empty()) text += " --profile " + shell_quoted(options.profile_file);
  if (!options.course_file.empty()) text += " --course " + shell_quoted(options.course_file);
  if (!options.alternatives_file.empty())
    text += " --alternatives " + shell_quoted(options.alternatives_file);
  return text + " --seed " + std::to_string(options.settings.seed) + " --only " + std::string(id);
}

}  // namespace parley::conform
