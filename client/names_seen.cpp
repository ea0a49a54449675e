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

Candidates offer_names(std::string_view before_cursor, const NamesSeen& names,
                       std::span<const std::string_view> commands) {
  Candidates offer;
  offer.begin = before_cursor.find_last_of(" \t\n") + 1;  // 0 when there is none
  std::string_view word = before_cursor.substr(offer.begin);
  const bool at_beginning = offer.begin == 0;
  if (at_beginning && word.starts_with('/')) {
    for (const auto command : commands)
      if (starts_with_ignoring_case(command, word)) offer.words.push_back(std::string(command) + " ");
    return offer;
  }
  if (word.empty() && !at_beginning) return offer;
  const std::string at = at_beginning || word.starts_with('@') ? "@" : "";
  if (word.starts_with('@')) word.remove_prefix(1);
  for (const auto& name : names.starting_with(word)) offer.words.push_back(at + name + " ");
  return offer;
}

}  // namespace parley::client
