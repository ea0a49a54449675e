#include "tests/conformance/command/visibility.hpp"

#include <algorithm>
#include <optional>

#include "tests/conformance/command/selection.hpp"
#include "tests/conformance/command/subjects.hpp"

namespace parley::conform {
namespace {

std::optional<Visibility> to_visibility(std::string_view word) {
  for (const Visibility visibility :
       {Visibility::visible, Visibility::after_due_date, Visibility::after_published, Visibility::hidden})
    if (to_text(visibility) == word) return visibility;
  return std::nullopt;
}

bool names_a_case(std::string_view pattern) {
  const auto is_named = [&](const Job& job) { return stands_for(pattern, job); };
  return std::ranges::any_of(all_jobs(), is_named);
}

/// The ID, which may be empty, and the word.
std::pair<std::string, std::string> split(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return {{}, text};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

}  // namespace

std::string why_no_rule(const std::string& text) {
  const auto [pattern, word] = split(text);
  if (!to_visibility(word))
    return '\'' + word + "' is not visible, after_due_date, after_published or hidden";
  const bool is_of_all = text.find('=') == std::string::npos;
  return is_of_all || names_a_case(pattern) ? "" : '\'' + pattern + "' names no case; --list shows them";
}

VisibilityRule to_rule(const std::string& text) {
  const auto [pattern, word] = split(text);
  return {pattern, to_visibility(word).value_or(Visibility::hidden)};
}

void apply(const std::vector<VisibilityRule>& rules, const std::vector<Job>& jobs, Report& report) {
  for (const VisibilityRule& rule : rules) {
    if (rule.pattern.empty()) report.visibility = rule.visibility;
    for (Result& result : report.results) {
      const auto job = std::ranges::find(jobs, result.id, &Job::id);
      const bool is_meant = job != jobs.end() && stands_for(rule.pattern, *job);
      if (rule.pattern.empty() || is_meant) result.visibility = rule.visibility;
    }
  }
}

}  // namespace parley::conform
