#include "client/names_seen.hpp"

#include <algorithm>

#include "client/input_line.hpp"
#include "protocol/text.hpp"
#include "protocol/user_name.hpp"

namespace parley::client {
namespace {

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

/// What all names have in common behind the first `from` bytes, in the letters of the first. Never a part of
/// a UTF-8 sequence.
std::string_view common_part(const std::vector<std::string>& names, std::size_t from) {
  std::string_view rest = std::string_view(names[0]).substr(from);
  std::size_t length = 0;
  while (length < rest.size()) {
    const std::size_t next = length + utf8_sequence_length(rest.substr(length));
    const auto has_it = [&](const std::string& name) {
      return equal_ignoring_case(std::string_view(name).substr(from, next), rest.substr(0, next));
    };
    if (!std::ranges::all_of(names, has_it)) break;
    length = next;
  }
  return rest.substr(0, length);
}

}  // namespace

void NamesSeen::add(std::string_view name) {
  if (!name_problem(name).empty() || is_broadcast_name(name)) return;
  std::erase_if(names_, [&](const std::string& known) { return equal_ignoring_case(known, name); });
  names_.emplace_front(name);
  if (names_.size() > max_names) names_.pop_back();
}

std::vector<std::string> NamesSeen::starting_with(std::string_view prefix) const {
  std::vector<std::string> fitting;
  for (const auto& name : names_)
    if (starts_with_ignoring_case(name, prefix)) fitting.push_back(name);
  if (starts_with_ignoring_case(broadcast_name, prefix)) fitting.emplace_back(broadcast_name);
  return fitting;
}

std::string Completion::complete(std::string_view before_cursor, const NamesSeen& names) {
  if (!candidates_.empty() && before_cursor == result_) {
    chosen_ = (chosen_ + 1) % candidates_.size();
    return result_ = "@" + candidates_[chosen_] + " ";
  }
  candidates_.clear();
  if (!before_cursor.starts_with('@') || before_cursor.find(' ') != std::string_view::npos)
    return std::string(before_cursor);
  const std::string_view stem = before_cursor.substr(1);
  auto fitting = names.starting_with(stem);
  if (fitting.empty()) return std::string(before_cursor);
  if (fitting.size() > 1)
    if (const auto common = common_part(fitting, stem.size()); !common.empty())
      return std::string(before_cursor).append(common);
  candidates_ = std::move(fitting);
  chosen_ = 0;
  return result_ = "@" + candidates_[0] + " ";
}

}  // namespace parley::client
