#include "tests/conformance/bench/client_profile.hpp"

#include <algorithm>
#include <charconv>

#include "protocol/words.hpp"

namespace parley::conform {
namespace {

// The library's matcher recurses once for each character.
constexpr std::size_t searched_screen_bytes = 4 * 1024;
constexpr std::size_t longest_pattern = 500;
constexpr std::ptrdiff_t most_brackets = 20;

struct TextKey {
  std::string_view key;
  std::string Profile::*value;
};
constexpr TextKey text_keys[] = {
    {"send_line", &Profile::send_line},
    {"retry_line", &Profile::retry_line},
    {"line_without_recipient", &Profile::line_without_recipient},
    {"line_without_text", &Profile::line_without_text},
    {"line_without_name", &Profile::line_without_name},
    {"empty_line", &Profile::empty_line},
    {"shows_message", &Profile::shows_message},
};

struct QuestionKey {
  std::string_view key;
  Pattern Profile::*value;
};
constexpr QuestionKey question_keys[] = {{"asks_name", &Profile::asks_name},
                                         {"asks_host", &Profile::asks_host},
                                         {"asks_port", &Profile::asks_port}};

struct PatternKey {
  std::string_view key;
  std::optional<Pattern> Profile::*value;
};
constexpr PatternKey pattern_keys[] = {
    {"ready", &Profile::ready},
    {"delivered", &Profile::delivered},
    {"not_delivered", &Profile::not_delivered},
    {"no_answer", &Profile::no_answer},
    {"refused_line", &Profile::refused_line},
    {"refused_name", &Profile::refused_name},
    {"server_gone", &Profile::server_gone},
};

struct TimeKey {
  std::string_view key;
  std::chrono::milliseconds Profile::*value;
};
constexpr TimeKey time_keys[] = {{"start_time_s", &Profile::start_time},
                                 {"answer_time_s", &Profile::answer_time}};
constexpr int longest_time_s = 600;

template <typename Key, std::size_t count>
const Key* find_key(const Key (&keys)[count], std::string_view key) {
  const auto found = std::ranges::find(keys, key, &Key::key);
  return found == std::end(keys) ? nullptr : found;
}

std::string known_keys() {
  std::string names;
  const auto add = [&](const auto& keys) {
    for (const auto& known : keys) names += (names.empty() ? "" : ", ") + std::string(known.key);
  };
  add(text_keys);
  add(question_keys);
  add(pattern_keys);
  add(time_keys);
  return names;
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

std::string literal(std::string_view value) {
  std::string pattern;
  for (;;) {
    const auto bar = value.find('|');
    pattern += text_pattern(value.substr(0, bar));
    if (bar == std::string_view::npos) return pattern;
    pattern += '|';
    value.remove_prefix(bar + 1);
  }
}

bool is_template(std::string_view key) {
  return key == "shows_message";
}

bool is_pattern(std::string_view key) {
  return is_template(key) || find_key(question_keys, key) != nullptr ||
         find_key(pattern_keys, key) != nullptr;
}

/// With the placeholders of a template as they were.
std::string to_literal(std::string_view key, std::string_view value) {
  std::string pattern = literal(value);
  if (!is_template(key)) return pattern;
  for (const std::string name : {"name", "text"})
    replace_all(pattern, "\\{" + name + "\\}", '{' + name + '}');
  return pattern;
}

std::string what_of(const std::regex_error& error) {
  if (error.code() != std::regex_constants::error_complexity)
    return std::string("not a regular expression: ") + error.what();
  return "a pattern of more than " + std::to_string(longest_pattern) + " characters, or with more than " +
         std::to_string(most_brackets) + " brackets";
}

/// As set_profile_value(). Throws std::regex_error.
std::string set_value(Profile& profile, const std::string& key, const std::string& value) {
  if (const auto* text = find_key(text_keys, key)) {
    profile.*text->value = value;
    if (key != "shows_message" || value.empty()) return {};
    (void)Pattern(bounded(replace_placeholders(value, "name", "text")));  // throws when it is none
  } else if (const auto* question = find_key(question_keys, key)) {
    profile.*question->value = Pattern(bounded(value));
  } else if (const auto* pattern = find_key(pattern_keys, key)) {
    profile.*pattern->value = Pattern(bounded(value));
  } else if (const auto* time = find_key(time_keys, key)) {
    int seconds = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (read.ec != std::errc{} || read.ptr != value.data() + value.size() || seconds < 1 ||
        seconds > longest_time_s)
      return key + " is a number of seconds from 1 to " + std::to_string(longest_time_s);
    profile.*time->value = std::chrono::seconds(seconds);
  } else {
    return "there is no key " + key + "; there are " + known_keys();
  }
  return {};
}

}  // namespace

std::string text_pattern(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

std::string bounded(std::string pattern) {
  if (pattern.size() > longest_pattern || std::ranges::count(pattern, '(') > most_brackets)
    throw std::regex_error(std::regex_constants::error_complexity);
  return pattern;
}

Pattern::Pattern(std::string text)
    : text_(std::move(text)),
      regex_(text_, std::regex::ECMAScript | std::regex::icase | std::regex::multiline) {}

bool Pattern::is_in(std::string_view text) const {
  if (text.size() > searched_screen_bytes) text.remove_prefix(text.size() - searched_screen_bytes);
  return std::regex_search(text.begin(), text.end(), regex_);
}

std::string set_profile_value(Profile& profile, const std::string& key, const std::string& value) {
  try {
    return set_value(profile, key, value);
  } catch (const std::regex_error& error) {
    return what_of(error);
  }
}

std::variant<Profile, std::string> read_profile(std::istream& lines, PatternForm form) {
  Profile profile;
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::string_view trimmed = trim(line, is_blank);
    if (trimmed.empty() || trimmed.starts_with('#')) continue;
    const auto equals = trimmed.find('=');
    std::string problem = "the line is not of the form key = value";
    if (equals != std::string::npos) {
      const std::string key(trim(trimmed.substr(0, equals), is_blank));
      std::string value(trim(trimmed.substr(equals + 1), is_blank));
      if (form == PatternForm::texts && is_pattern(key)) value = to_literal(key, value);
      problem = set_profile_value(profile, key, value);
    }
    if (!problem.empty()) return "line " + std::to_string(number) + ": " + problem;
  }
  return profile;
}

std::string replace_placeholders(std::string line_template, std::string_view name, std::string_view text) {
  replace_all(line_template, "{name}", name);
  replace_all(line_template, "{text}", text);
  return line_template;
}

std::vector<std::string> fill_in(std::string_view line_template, std::string_view name,
                                 std::string_view text) {
  std::vector<std::string> lines;
  for (;;) {
    const auto enter = line_template.find("\\r");
    lines.push_back(replace_placeholders(std::string(line_template.substr(0, enter)), name, text));
    if (enter == std::string_view::npos) return lines;
    line_template.remove_prefix(enter + 2);
  }
}

}  // namespace parley::conform
