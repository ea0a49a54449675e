#include "base/help_formats.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <iterator>
#include <string_view>
#include <vector>

#include "base/split.hpp"

namespace parley {
namespace {

using Options = std::vector<const CLI::Option*>;

/// Those that --help shows, in its order of groups: those of no group of their own first.
Options shown_options(const CLI::App& app) {
  Options options = app.get_options([](const CLI::Option* option) { return !option->get_group().empty(); });
  const std::vector<std::string> groups = app.get_groups();
  const auto place = [&groups](const CLI::Option* option) {
    return std::ranges::find(groups, option->get_group());
  };
  std::ranges::stable_sort(options,
                           [&](const auto* one, const auto* other) { return place(one) < place(other); });
  return options;
}

std::vector<const CLI::App*> shown_commands(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
}

bool is_positional(const CLI::Option& option) {
  return !option.nonpositional();
}

bool takes_value(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

/// "-h" and "--help".
std::vector<std::string> names_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

template <typename Items>
std::string join(const Items& items, std::string_view between) {
  std::string all;
  for (const auto& item : items) (all += all.empty() ? "" : between) += item;
  return all;
}

/// What stands behind an option's name in --help: "PORT", and "[5050]".
struct Value {
  std::string type{};
  std::string rest{};
};

Value value_of(const CLI::Option& option) {
  if (!takes_value(option)) return {};
  if (const std::string& text = option.get_option_text(); !text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    return {text.substr(0, end), text.substr(std::min(end + 1, text.size()))};
  }
  const std::string value = option.get_default_str();
  return {option.get_type_name(), value.empty() ? value : "[" + value + "]"};
}

/// The type, when it is one of a few words; nothing otherwise.
std::vector<std::string> words_of(const CLI::Option& option) {
  auto words = split(value_of(option).type, '|');
  if (words.size() == 1) return {};
  const auto is_placeholder = [](const std::string& word) { return word == "NAME" || word == "NUMBER"; };
  return std::ranges::any_of(words, is_placeholder) ? std::vector<std::string>{} : words;
}

bool takes_folder(const CLI::Option& option) {
  return value_of(option).type.starts_with("FOLDER");
}

bool takes_file(const CLI::Option& option) {
  const std::string type = value_of(option).type;
  return type.starts_with("FILE") || type.starts_with("PATH");
}

std::string to_roff(std::string_view text) {
  std::string escaped;
  bool is_line_begin = true;
  for (const char byte : text) {
    if (is_line_begin && (byte == '.' || byte == '\'')) escaped += "\\&";
    if (byte == '\\')
      escaped += "\\e";
    else if (byte == '-')
      escaped += "\\-";
    else if (byte == '\'' || byte == '`' || byte == '^' || byte == '~')  // else typographic ones
      escaped.append(byte == '\'' ? "\\(aq" : byte == '`' ? "\\(ga" : byte == '^' ? "\\(ha" : "\\(ti");
    else
      escaped += byte;
    is_line_begin = byte == '\n';
  }
  return escaped;
}

std::string bold(std::string_view text) {
  return "\\fB" + to_roff(text) + "\\fR";
}

std::string italic(std::string_view text) {
  return "\\fI" + to_roff(text) + "\\fR";
}

std::string type_and_default(const CLI::Option& option) {
  std::string text;
  const Value value = value_of(option);
  if (!value.type.empty()) text += " " + italic(value.type);
  if (!value.rest.empty()) text += " " + to_roff(value.rest);
  return text;
}

void append_options(std::string& page, const CLI::App& app) {
  std::string group = "Options";
  for (const CLI::Option* option : shown_options(app)) {
    if (!is_positional(*option) && option->get_group() != group)
      page += ".SS " + to_roff(group = option->get_group()) + "\n";
    std::vector<std::string> names;
    if (is_positional(*option))
      names.push_back(italic(option->get_name()));
    else
      for (const std::string& name : names_of(*option)) names.push_back(bold(name));
    const std::string rest = is_positional(*option) ? "" : type_and_default(*option);
    page += ".TP\n" + join(names, ", ") + rest + "\n" + to_roff(option->get_description()) + "\n";
  }
}

std::string synopsis(const CLI::App& app, const std::string& name) {
  std::string line = ".B " + to_roff(name) + "\n[" + italic("OPTION") + " ...]";
  for (const CLI::Option* option : shown_options(app))
    if (is_positional(*option))
      line +=
          option->get_required() ? " " + italic(option->get_name()) : " [" + italic(option->get_name()) + "]";
  return line + "\n";
}

/// Without the name, where the description begins with it, and the full stop.
std::string what_it_is(const CLI::App& app) {
  std::string text = app.get_description();
  const std::string beginning = app.get_name() + ", ";
  if (text.starts_with(beginning)) text.erase(0, beginning.size());
  if (text.ends_with('.')) text.pop_back();
  return text;
}

/// `before`: what it begins with, if there is one.
void append_footer(std::string& page, const CLI::App& app, std::string_view before) {
  std::string footer = app.get_footer();
  while (footer.starts_with('\n')) footer.erase(0, 1);
  while (footer.ends_with('\n')) footer.pop_back();
  if (!footer.empty()) page.append(before).append(".nf\n").append(to_roff(footer)).append("\n.fi\n");
}

/// Within quotes of either shell: '.
std::string shell_quoted(std::string_view text) {
  std::string all = "'";
  for (const char byte : text) {
    if (byte == '\'')
      all += "'\\''";
    else
      all += byte;
  }
  return all + "'";
}

std::string function_name(const CLI::App& app) {
  std::string name = "_" + app.get_name();
  std::ranges::replace(name, '-', '_');
  return name;
}

std::string all_option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : shown_options(app))
    std::ranges::copy(names_of(*option), std::back_inserter(names));
  return join(names, " ");
}

/// The cases of what may stand behind an option of one command; its name is empty for none.
void append_bash_values(std::string& script, const CLI::App& app, const std::string& command) {
  for (const CLI::Option* option : shown_options(app)) {
    if (is_positional(*option) || !takes_value(*option)) continue;
    std::vector<std::string> patterns;
    for (const std::string& name : names_of(*option))
      patterns.push_back(shell_quoted(std::string(command).append(":").append(name)));
    std::string reply = ":";
    if (const auto words = words_of(*option); !words.empty())
      reply = "COMPREPLY=($(compgen -W " + shell_quoted(join(words, " ")) + " -- \"$word\"))";
    else if (takes_file(*option) || takes_folder(*option))
      reply = std::string("mapfile -t COMPREPLY < <(compgen ") + (takes_folder(*option) ? "-d" : "-f") +
              " -- \"$word\"); compopt -o filenames";
    script += "    " + join(patterns, "|") + ") " + reply + "; return ;;\n";
  }
}

/// The cases of what else may stand in one command.
void append_bash_words(std::string& script, const CLI::App& app, const std::string& command,
                       std::string more) {
  const Options options = shown_options(app);
  const bool has_positional =
      std::ranges::any_of(options, [](const auto* option) { return is_positional(*option); });
  script += "    " + shell_quoted(command) + ") COMPREPLY=($(compgen -W " +
            shell_quoted(all_option_names(app) + std::move(more)) + " -- \"$word\"))";
  if (has_positional)
    script +=
        "\n      [[ $word == -* ]] || { mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); compopt -o "
        "filenames; }";
  script += " ;;\n";
}

std::string zsh_text(std::string_view text) {
  std::string escaped;
  for (const char byte : text) {
    if (byte == '[' || byte == ']' || byte == ':' || byte == '\\') escaped += '\\';
    escaped += byte;
  }
  return escaped;
}

std::string zsh_value(const CLI::Option& option) {
  std::string action;
  if (const auto words = words_of(option); !words.empty()) action = "(" + join(words, " ") + ")";
  if (takes_file(option)) action = "_files";
  if (takes_folder(option)) action = "_files -/";
  return ":" + zsh_text(value_of(option).type) + ":" + action;
}

void append_zsh_arguments(std::string& script, const CLI::App& app, std::string_view indent) {
  script += std::string(indent) + "_arguments -s";
  const std::string next = " \\\n" + std::string(indent) + "  ";
  for (const CLI::Option* option : shown_options(app)) {
    if (is_positional(*option)) {
      script += next + shell_quoted((option->get_items_expected_max() > 1 ? "*:" : ":") +
                                    zsh_text(option->get_name()) + ":_files");
      continue;
    }
    const bool is_list = option->get_items_expected_max() > 1;
    const std::string value = takes_value(*option) ? zsh_value(*option) : "";
    const std::string described = '[' + zsh_text(option->get_description()) + ']' + value;
    for (std::string name : names_of(*option)) {
      if (is_list) name.insert(0, 1, '*');
      script += next + shell_quoted(name.append(described));
    }
  }
  script += "\n";
}

}  // namespace

std::string to_manual(const CLI::App& app) {
  const auto commands = shown_commands(app);
  std::string upper = app.get_name();
  std::ranges::transform(upper, upper.begin(),
                         [](unsigned char byte) { return static_cast<char>(std::toupper(byte)); });
  std::string page = ".TH " + to_roff(upper) + " 1 \"\" \"" + to_roff(app.version()) +
                     "\" \"User Commands\"\n.SH NAME\n" + to_roff(app.get_name()) + " \\- " +
                     to_roff(what_it_is(app)) + "\n.SH SYNOPSIS\n";
  if (commands.empty()) page += synopsis(app, app.get_name());
  for (const CLI::App* command : commands) {
    if (command != commands.front()) page += ".br\n";
    page += synopsis(*command, app.get_name() + " " + command->get_name());
  }
  page += ".SH OPTIONS\n";
  append_options(page, app);
  for (const CLI::App* command : commands) {
    page += ".SH " + to_roff(command->get_name()) + "\n" + to_roff(command->get_description()) + ".\n";
    append_options(page, *command);
    append_footer(page, *command, ".PP\n");
  }
  append_footer(page, app, ".SH NOTES\n");
  return page;
}

std::string to_bash_completion(const CLI::App& app) {
  const auto commands = shown_commands(app);
  std::vector<std::string> command_names;
  command_names.reserve(commands.size());
  for (const CLI::App* command : commands) command_names.push_back(command->get_name());
  std::string script = "# bash completion for " + app.get_name() + "\n" + function_name(app) + "() {\n" +
                       "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=\n";
  if (!commands.empty())
    script += "  ((COMP_CWORD > 1)) && case ${COMP_WORDS[1]} in " + join(command_names, "|") +
              ") command=${COMP_WORDS[1]} ;; esac\n";
  script += "  COMPREPLY=()\n  case $command:$before in\n";
  append_bash_values(script, app, "");
  for (const CLI::App* command : commands) append_bash_values(script, *command, command->get_name());
  script += "  esac\n  case $command in\n";
  append_bash_words(script, app, "", commands.empty() ? "" : " " + join(command_names, " "));
  for (const CLI::App* command : commands) append_bash_words(script, *command, command->get_name(), "");
  return script + "  esac\n}\ncomplete -F " + function_name(app) + " " + app.get_name() + "\n";
}

std::string to_zsh_completion(const CLI::App& app) {
  const auto commands = shown_commands(app);
  std::string script = "#compdef " + app.get_name() + "\n";
  if (commands.empty()) {
    append_zsh_arguments(script, app, "");
    return script;
  }
  script += "if ((CURRENT == 2)); then\n  local -a commands=(\n";
  for (const CLI::App* command : commands)
    script += "    " +
              shell_quoted(zsh_text(command->get_name()) + ":" + zsh_text(command->get_description())) + "\n";
  script += "  )\n  _describe command commands\n";
  append_zsh_arguments(script, app, "  ");
  script += "  return\nfi\nlocal command=$words[2]\nshift words\n((CURRENT--))\ncase $command in\n";
  for (const CLI::App* command : commands) {
    script += "  " + command->get_name() + ")\n";
    append_zsh_arguments(script, *command, "    ");
    script += "    ;;\n";
  }
  return script + "esac\n";
}

}  // namespace parley
