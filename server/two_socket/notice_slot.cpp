#include "server/two_socket/notice_slot.hpp"

#include <algorithm>

namespace parley {

void NoticeSlot::add(const Notice& notice) {
  const bool has_come = notice.kind() == Notice::Kind::arrived;
  if (!(has_come ? left_ : came_).take_out(notice.name())) (has_come ? came_ : left_).add(notice.name());
}

std::string NoticeSlot::take() {
  std::string text;
  if (left_.count > 0) text = left_.to_text() + " left";
  if (came_.count > 0) text.append(text.empty() ? "" : "\n").append(came_.to_text()) += " came";
  clear();
  return text;
}

void NoticeSlot::clear() {
  for (Names* const names : {&came_, &left_}) {
    names->names.clear();
    names->count = 0;
  }
}

void NoticeSlot::Names::add(std::string_view name) {
  if (names.size() < most_names) names.emplace_back(name);
  ++count;
}

/// Where some are only counted, so is this one from here on, and false is returned: whoever is named is what
/// the line says, and no number is wrong.
bool NoticeSlot::Names::take_out(std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return false;
  const bool all_are_named = count == names.size();
  names.erase(found);
  if (all_are_named) --count;
  return all_are_named;
}

std::string NoticeSlot::Names::to_text() const {
  const std::size_t named = count == names.size() ? count : std::min(names.size(), most_names - 1);
  const std::size_t others = count - named;
  std::string text;
  for (std::size_t i = 0; i < named; ++i) {
    if (i > 0) text += i + 1 == count ? " and " : ", ";
    text += names[i];
  }
  if (others > 0) text.append(named > 0 ? " and " : "").append(std::to_string(others)) += " others";
  return text;
}

}  // namespace parley
