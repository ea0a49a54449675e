#include "tests/conformance/bench/questions.hpp"

#include <algorithm>

#include "tests/conformance/process/program.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t most_answers = 10;
constexpr std::size_t searched_bytes = 2 * 1024;

/// Whoever asks so, and then waits, asks also without a colon.
Pattern request_for(const std::string& what) {
  return Pattern(
      R"(\b(enter|type|choose|give|input|what|which|pick|select|provide|specify|please|your)\b[^\n]*\b)" +
      what);
}

struct Question {
  std::string line;
  bool is_open = false;  ///< nothing has come behind it
};

bool has_letter(std::string_view line) {
  return std::ranges::any_of(line, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
  });
}

/// The last line with a word in it: what stands behind it, such as "> ", asks nothing by itself.
Question last_question(std::string_view text) {
  if (text.size() > searched_bytes) text.remove_prefix(text.size() - searched_bytes);
  bool is_open = true;
  while (!text.empty()) {
    const auto end = text.rfind('\n');
    const std::string_view line = end == std::string_view::npos ? text : text.substr(end + 1);
    if (has_letter(line)) return {std::string(line), is_open};
    if (end == std::string_view::npos) break;
    is_open = false;
    text = text.substr(0, end);
  }
  return {};
}

}  // namespace

std::optional<std::string> Questions::answer_to(std::string_view text, const Facts& facts,
                                                const std::function<bool()>& is_waiting) {
  static const Pattern name = request_for("(user ?name|username|nick ?name|nick|login|alias|name)\\b");
  static const Pattern host = request_for("(host|host ?name|server|address|ip)\\b");
  static const Pattern port = request_for("port\\b");
  if (answered_to_ > text.size() || count_ == most_answers) return std::nullopt;
  const Question question = last_question(text.substr(answered_to_));
  if (question.line.empty()) return std::nullopt;

  bool must_wait = !question.is_open;
  const auto asks = [&](const Pattern& pattern) { return pattern.is_in(question.line); };
  const auto asks_loosely = [&](const Pattern& pattern, const Pattern& loose, const Pattern& usual) {
    if (asks(pattern)) return true;
    const bool does = pattern.text() == usual.text() && asks(loose);
    must_wait = must_wait || does;
    return does;
  };
  static const Profile usual;
  std::string answer;
  const auto own = std::ranges::find_if(*answers_, [&](const Answer& one) { return asks(one.question); });
  if (own != answers_->end())
    answer = own->answer;
  else if (asks_loosely(profile_->asks_name, name, usual.asks_name))
    answer = "{user}";
  else if (asks_loosely(profile_->asks_host, host, usual.asks_host))
    answer = "{host}";
  else if (asks_loosely(profile_->asks_port, port, usual.asks_port))
    answer = "{port}";
  else
    return std::nullopt;
  const std::size_t printed = text.size();
  if (must_wait && !is_waiting()) return std::nullopt;
  answered_to_ = printed;
  ++count_;
  return with_facts(std::move(answer), facts);
}

std::string with_facts(std::string text, const Facts& facts) {
  text = substitute(std::move(text), "user", facts.user);
  text = substitute(std::move(text), "host", facts.host);
  return substitute(std::move(text), "port", std::to_string(facts.port));
}

}  // namespace parley::conform
