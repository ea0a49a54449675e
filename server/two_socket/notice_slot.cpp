#include "server/two_socket/notice_slot.hpp"

#include <algorithm>

namespace parley {

void NoticeSlot::add(const Notice& notice) {
  const bool has_come = notice.kind() == Notice::Kind::arrived;
  if (!(has_come ? left_ : came_).take_out(notice.name())) (has_come ? came_ : left_).add(notice.name());
}

std::string NoticeSlot::take() {
  std::string text;
  if (came_.count > 0) text = came_.to_text() + " came";
  if (left_.count > 0) text.append(text.empty() ? "" : "\n").append(left_.to_text()) += " left";
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

/// Not where some are only counted: how many others there are would be told wrong then.
bool NoticeSlot::Names::take_out(std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end() || count > names.size()) return false;
  names.erase(found);
  --count;
  return true;
}

std::string NoticeSlot::Names::to_text() const {
  if (count == 1) return names[0];
  if (count == 2) return names[0] + " and " + names[1];
  const std::string last = count == 3 ? names[2] : std::to_string(count - 2) + " others";
  return names[0] + ", " + names[1] + " and " + last;
}

}  // namespace parley
