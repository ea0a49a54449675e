#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What the command lines of all programs have in common: a value is read in full and in its range, or gets
/// one plain line. For one thread.
namespace parley {

/// An option for a whole number from `least` to `most`.
CLI::Option* add_number(CLI::App& app, const std::string& name, std::uint64_t least, std::uint64_t most,
                        std::function<void(std::uint64_t)> set, const std::string& help);

template <typename Number>
CLI::Option* add_number(CLI::App& app, const std::string& name, Number& value, std::uint64_t least,
                        std::uint64_t most, const std::string& help) {
  return add_number(
      app, name, least, most, [&value](std::uint64_t number) { value = static_cast<Number>(number); }, help);
}

/// An option for a time in seconds, fractions allowed.
CLI::Option* add_seconds(CLI::App& app, const std::string& name, std::chrono::milliseconds& value,
                         std::chrono::milliseconds least, std::chrono::milliseconds most,
                         const std::string& help);

/// An option for a text that is not empty: an empty one is most often a variable that nobody has set.
CLI::Option* add_text(CLI::App& app, const std::string& name, std::string& value, const std::string& help);

/// An option for a list of texts with commas between them; more follow when it is given again. `complaint` is
/// empty for a text that is right.
CLI::Option* add_list(CLI::App& app, const std::string& name,
                      std::function<void(const std::vector<std::string>&)> set, const std::string& help,
                      std::function<std::string(const std::string&)> complaint);

/// The same for any texts that are not empty.
CLI::Option* add_list(CLI::App& app, const std::string& name, std::vector<std::string>& values,
                      const std::string& help);

/// An option that takes one of a few words.
template <typename Value>
CLI::Option* add_word(CLI::App& app, const std::string& name, Value& value,
                      const std::map<std::string, Value>& words, const std::string& help) {
  return app
      .add_option_function<std::string>(
          name, [&value, words](const std::string& word) { value = words.at(word); }, help)
      ->check(CLI::IsMember(words).description(""));
}

/// What became of a command line.
enum class CommandLine {
  understood,
  answered,  ///< --help or --version: printed; or --help-as man|bash|zsh, which is for whoever installs it
  wrong      ///< one line on stderr tells what is wrong
};

/// Reads it into what the options stand for. One that is given twice is wrong, unless it takes a list.
CommandLine read_command_line(CLI::App& app, int argc, char** argv);

/// Says what is wrong, in one line whatever the text has in it, and where help is.
void complain(const CLI::App& app, std::string_view what);

}  // namespace parley
