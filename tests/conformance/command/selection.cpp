#include "tests/conformance/command/selection.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <numeric>
#include <set>
#include <sstream>
#include <utility>

#include "protocol/words.hpp"
#include "tests/conformance/command/bounded_read.hpp"

namespace parley::conform {
namespace {

constexpr int max_weight = 1'000'000;
constexpr std::size_t offered_ids = 3;
constexpr std::size_t longest_pattern_shown = 64;

std::string trim(std::string_view text) {
  return std::string(parley::trim(text, is_blank));
}

/// The number of single-letter edits between two words (Levenshtein).
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= right.size(); ++j)
      diagonal = std::exchange(
          row[j], std::min({row[j] + 1, row[j - 1] + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1)}));
  }
  return row.back();
}

std::string nearest_ids(std::string_view pattern, const std::vector<Job>& jobs) {
  std::set<std::pair<std::size_t, std::string_view>> ranked;
  for (const Job& job : jobs) {
    ranked.emplace(distance(pattern, job.id), job.id);
    ranked.emplace(distance(pattern, job.clause_id), job.clause_id);
  }
  std::string text;
  std::size_t count = 0;
  for (const auto& [edits, id] : ranked) {
    if (count++ == offered_ids) break;
    text += (text.empty() ? "" : ", ") + std::string(id);
  }
  return text;
}

/// Calls `use` with every line that says something, and names file and line when it throws.
void read_lines(const std::string& file, const std::function<void(const std::string&)>& use) {
  constexpr std::size_t most_bytes = 1024 * 1024;
  std::istringstream stream(text_of_file(file, most_bytes));
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    line = trim(line);
    if (line.empty() || line.starts_with('#')) continue;
    try {
      use(line);
    } catch (const BadInput& bad) {
      throw BadInput{file + ", line " + std::to_string(number) + ": " + bad.what};
    }
  }
}

std::pair<std::string, std::string> split_assignment(const std::string& line) {
  const auto equals = line.find('=');
  if (equals == std::string::npos) throw BadInput{"'" + line + "' has no ="};
  return {trim(line.substr(0, equals)), trim(line.substr(equals + 1))};
}

int to_number(const std::string& text, int least, int most) {
  int number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result.ec != std::errc{} || result.ptr != text.data() + text.size() || number < least || number > most)
    throw BadInput{"'" + text + "' is not a whole number from " + std::to_string(least) + " to " +
                   std::to_string(most)};
  return number;
}

std::vector<std::string> split_alternatives(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find('|', begin), text.size());
    parts.push_back(trim(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

bool stands_for(std::string_view pattern, const Job& job) {
  return pattern == job.id || pattern == job.clause_id ||
         pattern == job.clause_id.substr(0, job.clause_id.find('.')) ||
         pattern == job.clause_id.substr(0, job.clause_id.find_first_of("0123456789"));
}

void check_pattern(const std::string& pattern, const std::vector<Job>& jobs) {
  if (std::ranges::any_of(jobs, [&](const Job& job) { return stands_for(pattern, job); })) return;
  const std::string begin = pattern.substr(0, longest_pattern_shown);
  throw BadInput{"no case is called '" + begin + "'; the nearest are " + nearest_ids(begin, jobs) +
                 " (--list shows all)"};
}

std::vector<Job> select(const std::vector<Job>& jobs, const std::vector<std::string>& only,
                        const std::vector<std::string>& exclude, Level least_level) {
  for (const auto* patterns : {&only, &exclude})
    for (const auto& pattern : *patterns) check_pattern(pattern, jobs);
  const auto is_named = [](const std::vector<std::string>& patterns, const Job& job) {
    return std::ranges::any_of(patterns,
                               [&](const std::string& pattern) { return stands_for(pattern, job); });
  };
  std::vector<Job> selected;
  for (const Job& job : jobs)
    if (find_clause(job.clause_id)->level <= least_level && (only.empty() || is_named(only, job)) &&
        !is_named(exclude, job))
      selected.push_back(job);
  return selected;
}

std::map<std::string, int> read_weights(const std::string& file, const std::vector<Job>& jobs) {
  std::map<std::string, int> weights;
  read_lines(file, [&](const std::string& line) {
    const auto [pattern, number] = split_assignment(line);
    check_pattern(pattern, jobs);
    const int weight = to_number(number, 0, max_weight);
    for (const Job& job : jobs)
      if (stands_for(pattern, job)) weights[std::string(job.id)] = weight;
  });
  return weights;
}

std::vector<std::string> read_ids(const std::string& file, const std::vector<Job>& jobs) {
  std::vector<std::string> ids;
  read_lines(file, [&](const std::string& pattern) {
    check_pattern(pattern, jobs);
    for (const Job& job : jobs)
      if (stands_for(pattern, job)) ids.emplace_back(job.id);
  });
  return ids;
}

void read_alternatives(const std::string& file, Dialect& dialect) {
  read_lines(file, [&](const std::string& line) {
    const auto [key, value] = split_assignment(line);
    if (key == "delivered-word")
      dialect.delivered_words = split_alternatives(value);
    else if (key.starts_with("error-"))
      dialect.phrases[to_number(key.substr(6), 100, 103)] = split_alternatives(value);
    else
      throw BadInput{"'" + key + "' is neither delivered-word nor error-100 to error-103"};
  });
}

}  // namespace parley::conform
