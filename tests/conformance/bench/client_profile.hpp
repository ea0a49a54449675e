#pragma once

#include <chrono>
#include <istream>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace parley::conform {

/// A regular expression of a profile: ECMAScript, capitals and small letters alike, ^ and $ at each line.
class Pattern {
 public:
  /// Throws std::regex_error.
  explicit Pattern(std::string text);

  const std::string& text() const { return text_; }

  /// True when it is found in the end of `text`, as much of it as can be searched safely.
  bool is_in(std::string_view text) const;

 private:
  std::string text_;
  std::regex regex_;
};

/// What the user interface of a client looks like. The defaults fit a client that takes its name, host and
/// port from the command line or asks for them, and reads lines "@name text".
struct Profile {
  // Templates of what is typed; {name} and {text} are replaced, and \r (Enter) parts them into lines that are
  // typed one after the other. Enter is typed behind the last one too.
  std::string send_line = "@{name} {text}";
  std::string retry_line = "{name}";              ///< another name, after a refusal
  std::string line_without_recipient = "{text}";  ///< the next four: to be refused (C2.3)
  std::string line_without_text = "@{name}";
  std::string line_without_name = "@ {text}";
  std::string empty_line;

  // What it asks before it connects, at the end of what it has printed.
  Pattern asks_name{R"((user|nick|login|alias|^name|(your|enter|choose|the|a) name)[^\n]*[:?>]\s*$)"};
  Pattern asks_host{R"((host|server|address|\bip\b)[^\n]*[:?>]\s*$)"};
  Pattern asks_port{R"(port[^\n]*[:?>]\s*$)"};

  // What it prints. Without a pattern any new text will do, told apart from what it prints at other times.
  std::optional<Pattern> ready;  ///< lines can be typed
  std::optional<Pattern> delivered;
  std::optional<Pattern> not_delivered;
  std::optional<Pattern> no_answer;  ///< none has come for long
  std::optional<Pattern> refused_line;
  std::optional<Pattern> refused_name;
  std::optional<Pattern> server_gone;
  /// A message that came, a template with {name} and {text}; the rest is a regular expression.
  std::string shows_message;

  std::chrono::milliseconds start_time{10'000};   ///< until it has connected
  std::chrono::milliseconds answer_time{20'000};  ///< until it gives up an answer (C3.4)
};

/// How a profile's patterns are read. A submission's are texts, with | between one and another: a regular
/// expression could be one that nobody's patience is enough for.
enum class PatternForm { regular_expression, texts };

/// A pattern that is found where that text is.
std::string text_pattern(std::string_view text);

/// A pattern that somebody wrote, for which the matcher's stack is large enough. Throws std::regex_error for
/// one that is too long or has too many brackets.
std::string bounded(std::string pattern);

/// Lines of "key = value"; blank lines and lines that begin with # are skipped. Otherwise says what is wrong,
/// with the line's number.
std::variant<Profile, std::string> read_profile(std::istream& lines,
                                                PatternForm form = PatternForm::regular_expression);

/// Sets one key; what is wrong with it, with the keys that there are; empty: nothing.
std::string set_profile_value(Profile& profile, const std::string& key, const std::string& value);

/// The template with its {name} and {text} replaced.
std::string replace_placeholders(std::string line_template, std::string_view name, std::string_view text);

/// The lines to type, one for each part of the template.
std::vector<std::string> fill_in(std::string_view line_template, std::string_view name,
                                 std::string_view text);

}  // namespace parley::conform
