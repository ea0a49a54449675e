#include "base/command_line.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <utility>

#include "base/help_formats.hpp"
#include "base/numbers.hpp"
#include "base/output.hpp"
#include "base/seconds.hpp"
#include "base/split.hpp"
#include "protocol/text.hpp"

namespace parley {

using std::chrono::milliseconds;

namespace {

std::string check_not_empty(const std::string& text) {
  return text.empty() ? "is empty" : "";
}

template <typename Function>
void for_each_option(CLI::App& app, const Function& call) {
  for (CLI::Option* option : app.get_options()) call(*option);
  for (CLI::App* task : app.get_subcommands({})) for_each_option(*task, call);
}

/// CLI11 itself takes --flag=7, and refuses what is given twice in words of its own.
void make_strict(CLI::Option& option) {
  if (option.get_items_expected_max() == 0) option.disable_flag_override();
  if (option.get_items_expected_max() == 1) option.take_last();
}

/// For whoever installs the program: its manual page, or a shell's completion. Nothing for another word.
std::optional<CommandLine> help_as(const CLI::App& app, std::string_view format) {
  std::string text;
  if (format == "man") text = to_manual(app);
  if (format == "bash") text = to_bash_completion(app);
  if (format == "zsh") text = to_zsh_completion(app);
  if (text.empty()) return std::nullopt;
  std::cout << text << std::flush;
  return std::cout ? CommandLine::answered : CommandLine::wrong;
}

void check_given_once(const CLI::Option& option) {
  if (option.get_items_expected_max() == 1 && option.count() > 1)
    throw CLI::ArgumentMismatch(option.get_name() + " is given " + std::to_string(option.count()) +
                                " times; give it once");
}

}  // namespace

CLI::Option* add_number(CLI::App& app, const std::string& name, std::uint64_t least, std::uint64_t most,
                        std::function<void(std::uint64_t)> set, const std::string& help) {
  const auto check = [least, most](const std::string& text) -> std::string {
    const auto number = to_whole_number(text);
    if (number && *number >= least && *number <= most) return {};
    return "'" + text + "' is not a whole number from " + std::to_string(least) + " to " +
           std::to_string(most);
  };
  return app
      .add_option_function<std::string>(
          name, [set = std::move(set)](const std::string& text) { set(*to_whole_number(text)); }, help)
      ->check(CLI::Validator(check, ""));
}

CLI::Option* add_seconds(CLI::App& app, const std::string& name, milliseconds& value, milliseconds least,
                         milliseconds most, const std::string& help) {
  const auto check = [least, most](const std::string& text) -> std::string {
    const auto time = to_milliseconds(text);
    if (time && *time >= least && *time <= most) return {};
    return "'" + text + "' is not a number of seconds " +
           (least == milliseconds{0} ? "that is 0 or from 0.001" : "from " + to_seconds_text(least)) +
           " to " + to_seconds_text(most);
  };
  return app
      .add_option_function<std::string>(
          name, [&value](const std::string& text) { value = *to_milliseconds(text); }, help)
      ->check(CLI::Validator(check, ""));
}

CLI::Option* add_text(CLI::App& app, const std::string& name, std::string& value, const std::string& help) {
  return app.add_option(name, value, help)->check(CLI::Validator(check_not_empty, ""));
}

CLI::Option* add_list(CLI::App& app, const std::string& name,
                      std::function<void(const std::vector<std::string>&)> set, const std::string& help,
                      std::function<std::string(const std::string&)> complaint) {
  const auto check = [complaint = std::move(complaint)](const std::string& text) {
    std::string fault = check_not_empty(text);
    for (const std::string& item : split(text, ','))
      if (fault.empty()) fault = item.empty() ? "'" + text + "' has an empty place" : complaint(item);
    return fault;
  };
  const auto set_all = [set = std::move(set)](const std::vector<std::string>& texts) {
    std::vector<std::string> items;
    for (const std::string& text : texts) std::ranges::move(split(text, ','), std::back_inserter(items));
    set(items);
  };
  return app.add_option_function<std::vector<std::string>>(name, set_all, help)
      ->allow_extra_args(false)
      ->check(CLI::Validator(check, ""));
}

CLI::Option* add_list(CLI::App& app, const std::string& name, std::vector<std::string>& values,
                      const std::string& help) {
  return add_list(
      app, name, [&values](const std::vector<std::string>& items) { values = items; }, help, check_not_empty);
}

CommandLine read_command_line(CLI::App& app, int argc, char** argv) {
  constexpr int with_format = 3;
  if (argc == with_format && argv[1] == std::string_view("--help-as"))
    if (const auto answered = help_as(app, argv[2])) return *answered;
  for_each_option(app, make_strict);
  try {
    app.parse(argc, argv);
    for_each_option(app, check_given_once);
    return CommandLine::understood;
  } catch (const CLI::Success& success) {
    app.exit(success);
    return CommandLine::answered;
  } catch (const CLI::ParseError& error) {
    complain(app, error.what());
    return CommandLine::wrong;
  }
}

void complain(const CLI::App& app, std::string_view what) {
  put_or_drop(STDERR_FILENO,
              app.get_name() + ": " + visible(what) + " (see " + app.get_name() + " --help)\n");
}

}  // namespace parley
