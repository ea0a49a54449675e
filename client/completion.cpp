#include "client/completion.hpp"

#include <algorithm>

#include "client/graphemes.hpp"
#include "protocol/user_name.hpp"

namespace parley::client {
namespace {

/// What all words begin with, in the letters of the first; no cluster is cut.
std::string_view common_beginning(const std::vector<std::string>& words) {
  const std::string_view first = words[0];
  std::size_t length = 0;
  while (length < first.size()) {
    const std::size_t next = length + cluster_length(first.substr(length));
    const auto has_it = [&](const std::string& word) {
      return equal_ignoring_case(std::string_view(word).substr(0, next), first.substr(0, next));
    };
    if (!std::ranges::all_of(words, has_it)) break;
    length = next;
  }
  return first.substr(0, length);
}

}  // namespace

Completion::Step Completion::complete(std::string_view before_cursor, const Completer& completer) {
  std::vector<std::string> listed;
  if (!candidates_.words.empty() && before_cursor == result_) {
    chosen_ = (chosen_ + 1) % candidates_.words.size();
  } else {
    candidates_ = completer(before_cursor);
    if (candidates_.words.empty()) return {before_cursor.size(), {}, {}};
    chosen_ = 0;
    if (candidates_.words.size() > 1) {
      const std::size_t begin = candidates_.begin;
      std::string common(common_beginning(candidates_.words));
      if (common.size() > before_cursor.size() - begin) {
        candidates_.words.clear();
        return {begin, std::move(common), {}};
      }
      listed = candidates_.words;
    }
  }
  const std::string& word = candidates_.words[chosen_];
  result_ = std::string(before_cursor.substr(0, candidates_.begin)) + word;
  return {candidates_.begin, word, std::move(listed)};
}

}  // namespace parley::client
