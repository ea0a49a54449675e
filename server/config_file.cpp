#include "server/config_file.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text_file.hpp"
#include "protocol/text.hpp"

namespace parley {
namespace {

using Texts = std::vector<std::string>;

constexpr std::size_t most_bytes = 1024 * 1024;

/// What a key takes, as its line is told when it has something else.
constexpr std::string_view a_flag = "true or false";
constexpr std::string_view a_number = "a number, without quotes";
constexpr std::string_view a_text = "a text in quotes";
constexpr std::string_view a_list = "a text in quotes, or a list of them in [ ]";

std::string_view kind_of(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return a_flag;
  if (option.get_items_expected_max() > 1) return a_list;
  for (const char* const type : {"PORT", "COUNT", "BYTES", "SECONDS"})
    if (option.get_type_name() == type) return a_number;
  return a_text;
}

/// The words that a command line would have for it; nothing when the value is of another kind.
std::optional<Texts> to_words(const toml::node& value, std::string_view kind) {
  if (kind == a_flag && value.is_boolean()) return value.value_or(false) ? Texts{"true"} : Texts{};
  if (kind == a_number && value.is_integer()) return Texts{std::to_string(*value.value<std::int64_t>())};
  if (kind == a_number && value.is_floating_point()) return Texts{fmt::format("{}", *value.value<double>())};
  if ((kind == a_text || kind == a_list) && value.is_string()) return Texts{*value.value<std::string>()};
  const toml::array* const array = kind == a_list ? value.as_array() : nullptr;
  if (array == nullptr || array->empty()) return std::nullopt;
  Texts words;
  for (const toml::node& item : *array) {
    if (!item.is_string()) return std::nullopt;
    words.push_back(*item.value<std::string>());
  }
  return words;
}

/// How many characters are to be put in, left out or changed to make the one of the other.
std::size_t distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < other.size(); ++j) {
      const std::size_t changed = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

/// Of the names that a file may have.
std::string nearest(const CLI::App& app, std::string_view key) {
  std::string found;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_configurable() ? option->get_lnames() : Texts{})
      if (found.empty() || distance(key, name) < distance(key, found)) found = name;
  return found;
}

/// As if the words stood on the command line, in front of what is there. Throws CLI::Error.
void give(CLI::Option& option, const Texts& words) {
  const Texts given = option.results();
  option.clear();
  option.add_result(words);
  option.run_callback();
  if (given.empty()) return;
  option.clear();
  option.add_result(given);
  option.run_callback();
}

/// Throws std::invalid_argument.
void read_key(CLI::App& app, std::string_view key, const toml::node& value) {
  const std::string name(key.substr(0, 64));
  if (value.is_table() || value.is_array_of_tables())
    throw std::invalid_argument(fmt::format("'{}' is a table; options stand in none", name));
  CLI::Option* const option = app.get_option_no_throw("--" + std::string(key));
  if (option == nullptr)
    throw std::invalid_argument(
        fmt::format("there is no '{}'; the nearest is '{}'", name, nearest(app, name)));
  if (!option->get_configurable())
    throw std::invalid_argument(fmt::format("'{}' is for the command line only", name));
  const std::string_view kind = kind_of(*option);
  const auto words = to_words(value, kind);
  if (!words) throw std::invalid_argument(fmt::format("'{}' takes {}", name, kind));
  for (const std::string& word : *words)
    if (word.find('\0') != std::string::npos)
      throw std::invalid_argument(fmt::format("'{}' has the character 0", name));
  try {
    if (!words->empty()) give(*option, *words);
  } catch (const CLI::Error& error) {
    std::string_view what = error.what();
    if (what.starts_with("--")) what.remove_prefix(2);
    throw std::invalid_argument(std::string(what));
  }
}

}  // namespace

void read_config_file(CLI::App& app, const std::string& path) {
  const TextFile file = read_text_file(path, most_bytes);
  if (!file.problem.empty()) throw std::invalid_argument("cannot read " + path + ": " + file.problem);
  // The parser sees it, too, but often names another line.
  if (to_utf8(file.text) != file.text) throw std::invalid_argument(path + " is no UTF-8 text");
  const auto fail = [&path](const toml::source_region& place, std::string_view what) {
    throw std::invalid_argument(fmt::format("{}, line {}: {}", path, place.begin.line, what));
  };
  toml::table table;
  try {
    table = toml::parse(file.text);
  } catch (const toml::parse_error& error) {
    fail(error.source(), error.description());
  }
  for (const auto& [key, value] : table) {
    try {
      read_key(app, std::string_view(key), value);
    } catch (const std::invalid_argument& error) {
      fail(value.source(), error.what());
    }
  }
}

}  // namespace parley
