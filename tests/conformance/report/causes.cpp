#include "tests/conformance/report/causes.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "tests/conformance/report/report.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t most_causes = 5;
constexpr std::size_t most_sentences = 3;  // of mistakes that cannot be told apart by what fails
constexpr std::size_t most_ids = 4;

/// A mistake of a program whose mistakes are known.
struct KnownMistake {
  std::string_view program;   ///< "server" or "client"
  std::string_view name;      ///< in the zoo
  std::string_view sentence;  ///< what its author did
  std::string_view cases;     ///< those that fail of it, with a blank between two
};

constexpr KnownMistake known_mistakes[] = {
#include "tests/conformance/report/causes.inc"
};

using Ids = std::set<std::string_view>;

Ids split(std::string_view words) {
  Ids ids;
  while (!words.empty()) {
    const auto blank = std::min(words.find(' '), words.size());
    ids.insert(words.substr(0, blank));
    words.remove_prefix(std::min(blank + 1, words.size()));
  }
  return ids;
}

/// The strictest of its cases.
Level level_of(const Cause& cause) {
  Level strictest = Level::may;
  for (const Result* result : cause.cases) strictest = std::min(strictest, clause_of(*result).level);
  return strictest;
}

/// The mistakes of which exactly these cases fail.
struct Match {
  Ids cases;
  std::vector<std::string_view> sentences;
};

/// The known mistakes with the most failures, all of which are among those that nothing else has explained.
Match best_match(std::string_view program, const Ids& unexplained) {
  Match best;
  for (const KnownMistake& mistake : known_mistakes) {
    if (mistake.program != program) continue;
    const Ids cases = split(mistake.cases);
    if (!std::ranges::includes(unexplained, cases) || cases.size() < best.cases.size()) continue;
    if (cases.size() > best.cases.size()) best = {cases, {}};
    if (cases == best.cases) best.sentences.push_back(mistake.sentence);
  }
  return best;
}

std::string sentence_of(const Match& match) {
  std::string text;
  for (std::size_t i = 0; i < std::min(match.sentences.size(), most_sentences); ++i)
    text += (i == 0 ? "" : " Or: ") + std::string(match.sentences[i]);
  return text;
}

std::string own_sentence(const Result& result) {
  return result.hint.empty() ? "Fails here: " + result.title + '.' : result.hint;
}

}  // namespace

std::vector<Cause> all_causes(const Report& report) {
  std::vector<const Result*> failures;
  Ids unexplained;
  for (const Result& result : report.results)
    if (result.status == Status::failed && !result.expected_to_fail) {
      failures.push_back(&result);
      unexplained.insert(result.id);
    }
  std::vector<Cause> causes;
  const auto explain = [&](std::string sentence, const Ids& cases, bool is_crash = false) {
    Cause cause{std::move(sentence), {}, 0, is_crash};
    for (const Result* result : failures)
      if (cases.contains(result->id)) cause.cases.push_back(result);
    for (const Result& result : report.results)
      if (result.status == Status::skipped && cases.contains(result.blocked_by)) ++cause.waiting;
    causes.push_back(std::move(cause));
    std::erase_if(unexplained, [&](std::string_view id) { return cases.contains(id); });
  };
  // What a program has said of its own end is nearer than any comparison.
  for (const Result* result : failures)
    if (result->failure && !result->failure->crash.empty())
      explain(own_sentence(*result), {result->id}, true);
  for (Match match = best_match(program_of(report), unexplained); !match.cases.empty();
       match = best_match(program_of(report), unexplained))
    explain(sentence_of(match), match.cases);
  for (const Result* result : failures)
    if (unexplained.contains(result->id)) explain(own_sentence(*result), {result->id});
  std::ranges::stable_sort(causes, {}, [](const Cause& cause) {
    return std::pair(level_of(cause), -static_cast<std::ptrdiff_t>(cause.waiting));
  });
  return causes;
}

std::vector<Cause> first_causes(const Report& report) {
  auto causes = all_causes(report);
  if (causes.size() > most_causes) causes.resize(most_causes);
  return causes;
}

std::string what_hangs_on(const Cause& cause) {
  std::string text;
  for (std::size_t i = 0; i < std::min(cause.cases.size(), most_ids); ++i)
    text += (i == 0 ? "" : ", ") + shown(cause.cases[i]->id);
  if (cause.cases.size() > most_ids)
    text += " and " + std::to_string(cause.cases.size() - most_ids) + " more";
  if (cause.waiting > 0)
    text += "; " + std::to_string(cause.waiting) + (cause.waiting == 1 ? " case waits" : " cases wait") +
            " for it";
  return text;
}

}  // namespace parley::conform
