#include "tests/conformance/command/course.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "tests/conformance/command/bounded_read.hpp"
#include "tests/conformance/command/course_toml.hpp"
#include "tests/conformance/command/selection.hpp"
#include "tests/conformance/report/report.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t largest_file_bytes = 1024 * 1024;
constexpr std::size_t largest_profile_bytes = 64 * 1024;
constexpr std::size_t longest_name_shown = 100;
constexpr std::size_t longest_end_bytes = 16;
constexpr std::size_t longest_word_bytes = 32;
constexpr std::size_t most_entries = 100;
constexpr std::int64_t largest_weight = 1'000'000;

[[noreturn]] void refuse(const toml::node& node, const std::string& what) {
  throw BadInput{line_of(node) + what};
}

const toml::table& table_in(const toml::node& node, const std::string& key) {
  if (const toml::table* table = node.as_table()) return *table;
  refuse(node, key + " must be a table: [" + key + "]");
}

bool yes_or_no(const toml::node& node, const std::string& key) {
  if (const auto value = node.value_exact<bool>()) return *value;
  refuse(node, key + " must be true or false");
}

std::int64_t number_in(const toml::node& node, const std::string& key, std::int64_t least,
                       std::int64_t most) {
  const auto number = node.value_exact<std::int64_t>();
  if (number && *number >= least && *number <= most) return *number;
  refuse(node, key + " must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
}

std::vector<std::string> texts_in(const toml::node& node, const std::string& key) {
  const toml::array* list = node.as_array();
  if (list == nullptr || list->empty() || list->size() > most_entries)
    refuse(node, key + " must be a list of texts: [\"...\", \"...\"]");
  std::vector<std::string> texts;
  for (const toml::node& one : *list) texts.push_back(text_in(one, "each of " + key));
  return texts;
}

std::string word_in(const toml::node& node, const std::string& key, const std::string& word) {
  const bool is_word = !word.empty() && word.size() <= longest_word_bytes &&
                       std::ranges::all_of(word, [](char c) { return c > ' ' && c < '\x7f'; });
  if (!is_word)
    refuse(node, key + " must be one word of at most " + std::to_string(longest_word_bytes) +
                     " letters, digits and marks");
  return word;
}

std::string register_end_in(const toml::node& node, const std::string& key) {
  std::string end = text_in(node, key);
  if (end.empty() || end.size() > longest_end_bytes || end.back() != '\n' ||
      end.find_first_not_of(" \t\r\n") != std::string::npos)
    refuse(node,
           key + R"( must be made of blanks and line ends, and end with \n: "\n\n", "\n \n" or "\r\n\r\n")");
  return end;
}

std::vector<std::string> delivered_words_in(const toml::node& node, const std::string& key) {
  auto words = texts_in(node, key);
  for (const auto& word : words)
    if (word == "FORWARD" || word == "ERROR" || word == "REGISTERED" ||
        word_in(node, "each of " + key, word).empty())
      refuse(node, word + " is another message of a server's, and cannot report a delivery");
  return words;
}

bool is_torecv(const toml::node& node, const std::string& key) {
  const std::string channel = text_in(node, key);
  if (channel != "TOSEND" && channel != "TORECV") refuse(node, key + " must be \"TOSEND\" or \"TORECV\"");
  return channel == "TORECV";
}

std::map<int, int> error_codes_in(const toml::node& node, const std::string& key) {
  std::map<int, int> codes;
  for (const auto& [standard, code] : table_in(node, key)) {
    const std::string text(standard.str());
    if (text.size() != 3 || !text.starts_with("10") || text.back() < '0' || text.back() > '3')
      refuse(code, key + " has no '" + text + "'; there are 100, 101, 102 and 103");
    codes[std::stoi(text)] = static_cast<int>(number_in(code, "the code for " + text, 100, 999));
  }
  return codes;
}

/// One key of [dialect].
void set_key(Dialect& dialect, const std::string& key, const toml::node& value) {
  if (key == "register_end")
    dialect.register_end = register_end_in(value, key);
  else if (key == "number_behind_name")
    dialect.number_behind_name = yes_or_no(value, key);
  else if (key == "torecv_first")
    dialect.torecv_first = yes_or_no(value, key);
  else if (key == "delivered_words")
    dialect.delivered_words = delivered_words_in(value, key);
  else if (key == "report_line_end")
    dialect.report_line_end = yes_or_no(value, key);
  else if (key == "reports_on")
    dialect.reports_on_torecv = is_torecv(value, key);
  else if (key == "body_newline")
    dialect.body_newline = yes_or_no(value, key);
  else if (key == "broadcast_word")
    dialect.broadcast_word = word_in(value, key, text_in(value, key));
  else if (key == "error_codes")
    dialect.error_codes = error_codes_in(value, key);
}

Dialect read_dialect(const toml::table& table) {
  check_toml_keys(table, "[dialect]",
                  {"register_end", "number_behind_name", "torecv_first", "delivered_words", "report_line_end",
                   "reports_on", "body_newline", "broadcast_word", "error_codes"});
  Dialect dialect;
  for (const auto& [key, value] : table) set_key(dialect, std::string(key.str()), value);
  return dialect;
}

/// How exact an id is: a section 0, a group 1, a clause 2, a case 3.
int exactness(const std::string& id) {
  return id.find('-') != std::string::npos   ? 3
         : id.find('.') != std::string::npos ? 2
         : id.size() > 1                     ? 1
                                             : 0;
}

/// TOML takes D2.1 without quotes for the key 1 of a table D2.
void add_weights(const toml::table& table, const std::string& prefix, const std::vector<Job>& jobs,
                 std::vector<std::pair<std::string, int>>& weights) {
  for (const auto& [key, value] : table) {
    const std::string id = prefix + std::string(key.str());
    if (const toml::table* inner = value.as_table()) {
      add_weights(*inner, id + '.', jobs, weights);
      continue;
    }
    try {
      check_pattern(id, jobs);
    } catch (const BadInput& bad) {
      refuse(value, bad.what);
    }
    weights.emplace_back(id, static_cast<int>(number_in(value, "the weight of " + id, 0, largest_weight)));
  }
}

std::vector<std::string> read_expected_failures(const toml::table& table, const std::vector<Job>& jobs) {
  check_toml_keys(table, "[expected_failures]", {"cases"});
  const toml::node* list = table.get("cases");
  if (list == nullptr) return {};
  auto ids = texts_in(*list, "cases");
  for (const auto& id : ids) try {
      check_pattern(id, jobs);
    } catch (const BadInput& bad) {
      refuse(*list, bad.what);
    }
  return ids;
}

std::map<int, std::vector<std::string>> read_phrases(const toml::table& table) {
  check_toml_keys(table, "[alternatives]", {"error-100", "error-101", "error-102", "error-103"});
  std::map<int, std::vector<std::string>> phrases;
  for (const auto& [key, value] : table)
    phrases[std::stoi(std::string(key.str()).substr(6))] = texts_in(value, std::string(key.str()));
  return phrases;
}

Profile read_profile_table(const toml::table& table, const std::filesystem::path& folder) {
  Profile profile;
  if (const toml::node* name = table.get("file")) {
    const auto path = folder / text_in(*name, "file");
    try {
      profile = read_profile_file(path, PatternForm::regular_expression);
    } catch (const BadInput& bad) {
      refuse(*name, bad.what);
    }
  }
  for (const auto& [key, value] : table) {
    if (key.str() == "file") continue;
    const auto number = value.value_exact<std::int64_t>();
    const std::string text = number ? std::to_string(*number) : text_in(value, std::string(key.str()));
    if (const auto problem = set_profile_value(profile, std::string(key.str()), text); !problem.empty())
      refuse(value, "[profile]: " + problem);
  }
  return profile;
}

Course read_table(const toml::table& table, const std::filesystem::path& folder,
                  const std::vector<Job>& jobs) {
  check_toml_keys(table, "the file of a course",
                  {"dialect", "weights", "alternatives", "expected_failures", "profile", "answers"});
  Course course;
  for (const auto& [name, node] : table) {
    const std::string key(name.str());
    if (key == "answers") continue;
    const toml::table& inner = table_in(node, key);
    if (key == "dialect") {
      auto phrases = std::move(course.dialect.phrases);
      course.dialect = read_dialect(inner);
      course.dialect.phrases = std::move(phrases);
    } else if (key == "weights") {
      add_weights(inner, "", jobs, course.weights);
    } else if (key == "alternatives") {
      course.dialect.phrases = read_phrases(inner);
    } else if (key == "expected_failures") {
      course.expected_failures = read_expected_failures(inner, jobs);
    } else {
      course.profile = read_profile_table(inner, folder);
    }
  }
  course.answers = read_answers(table, "answers", QuestionForm::pattern);
  std::ranges::stable_sort(course.weights, {}, [](const auto& weight) { return exactness(weight.first); });
  return course;
}

}  // namespace

std::string line_of(const toml::node& node) {
  return "line " + std::to_string(node.source().begin.line) + ": ";
}

std::string text_in(const toml::node& node, const std::string& key, std::size_t most_bytes) {
  const auto text = node.value_exact<std::string>();
  if (!text) refuse(node, key + " must be a text in quotes");
  if (text->size() > most_bytes)
    refuse(node, key + " must have at most " + std::to_string(most_bytes) + " bytes");
  if (text->find('\0') != std::string::npos) refuse(node, key + R"( must not have \u0000 in it)");
  return *text;
}

void check_toml_keys(const toml::table& table, const std::string& place,
                     std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : table) {
    if (std::ranges::find(known, key.str()) != known.end()) continue;
    std::string names;
    for (const auto& name : known) names += (names.empty() ? "" : ", ") + std::string(name);
    refuse(value, place + " has no '" + shown(key.str(), longest_name_shown) + "'; there are " + names);
  }
}

std::vector<Answer> read_answers(const toml::table& table, std::string_view key, QuestionForm form) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  const std::string name = "[[" + std::string(key) + "]]";
  const toml::array* list = node->as_array();
  if (list == nullptr || list->size() > most_entries)
    refuse(*node, "answers must be tables, at most " + std::to_string(most_entries) + ": " + name);
  std::vector<Answer> answers;
  for (const toml::node& one : *list) {
    const toml::table& entry = table_in(one, name);
    check_toml_keys(entry, name, {"question", "answer"});
    const toml::node* question = entry.get("question");
    const toml::node* answer = entry.get("answer");
    if (question == nullptr || answer == nullptr)
      refuse(one, name + " needs question = \"...\" and answer = \"...\"");
    try {
      const std::string text = text_in(*question, "question");
      answers.push_back({Pattern(bounded(form == QuestionForm::text ? text_pattern(text) : text)),
                         text_in(*answer, "answer")});
    } catch (const std::regex_error& error) {
      refuse(*question, std::string("question is not a regular expression, or is too long: ") + error.what());
    }
  }
  return answers;
}

Course read_course(const std::string& file, const std::vector<Job>& jobs) {
  const std::string text = text_of_file(file, largest_file_bytes);
  try {
    return read_table(toml::parse(text), std::filesystem::path(file).parent_path(), jobs);
  } catch (const BadInput& bad) {
    throw BadInput{file + ", " + bad.what};
  } catch (const toml::parse_error& problem) {
    throw BadInput{file + ", line " + std::to_string(problem.source().begin.line) + ": " +
                   std::string(problem.description())};
  }
}

Profile read_profile_file(const std::string& path, PatternForm form) {
  if (path.empty()) return {};
  std::istringstream lines(text_of_file(path, largest_profile_bytes));
  auto result = read_profile(lines, form);
  if (const auto* problem = std::get_if<std::string>(&result)) throw BadInput{path + ": " + *problem};
  return std::get<Profile>(std::move(result));
}

}  // namespace parley::conform
