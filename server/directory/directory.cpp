#include "server/directory/directory.hpp"

#include <algorithm>
#include <utility>

#include "protocol/user_name.hpp"

namespace parley {

std::shared_ptr<Member> Directory::reserve(const std::shared_ptr<Member>& newcomer) {
  std::string key = fold_case(newcomer->name());
  const MutexLock lock(mutex_);
  return entries_.try_emplace(std::move(key), Entry{newcomer}).first->second.member;
}

Members Directory::sign_on(const Member& member, std::string_view room) {
  const MutexLock lock(mutex_);
  const auto found = find_entry(member);
  if (found == entries_.end()) return {};
  found->second.arrival = ++arrivals_;
  return join(found->second, open_room(room));
}

Members Directory::release(const Member& member) {
  std::shared_ptr<Member> released;  // destroyed after the lock is gone
  const MutexLock lock(mutex_);
  const auto found = find_entry(member);
  if (found == entries_.end()) return {};
  Members others = leave_room(found->second);
  released = std::move(found->second.member);
  entries_.erase(found);
  return others;
}

std::shared_ptr<Member> Directory::rename(const Member& member, const std::shared_ptr<Member>& newcomer) {
  std::shared_ptr<Member> renamed;  // destroyed after the lock is gone
  std::string key = fold_case(newcomer->name());
  const MutexLock lock(mutex_);
  const auto found = find_entry(member);
  if (found == entries_.end() || found->second.room == nullptr) return nullptr;
  const auto holder = entries_.find(key);
  if (holder != entries_.end() && holder != found) return holder->second.member;
  Entry entry = found->second;
  renamed = std::exchange(entry.member, newcomer);
  entry.room->members[entry.arrival] = newcomer;
  if (newcomer->hears_notices()) entry.room->hearers[entry.arrival] = newcomer;
  entries_.erase(found);
  entries_.emplace(std::move(key), std::move(entry));
  return newcomer;
}

std::optional<Directory::Move> Directory::move(const Member& member, std::string_view room) {
  const MutexLock lock(mutex_);
  const auto found = find_entry(member);
  if (found == entries_.end() || found->second.room == nullptr) return std::nullopt;
  Room& target = open_room(room);
  if (&target == found->second.room) return std::nullopt;
  Members left = leave_room(found->second);
  return Move{std::move(left), join(found->second, target)};
}

std::shared_ptr<Member> Directory::find(std::string_view name) const {
  const std::string key = fold_case(name);
  const MutexLock lock(mutex_);
  const auto found = entries_.find(key);
  return found != entries_.end() && found->second.room != nullptr ? found->second.member : nullptr;
}

Members Directory::others_in_room(const Member& member) const {
  const MutexLock lock(mutex_);
  const Entry* const entry = find_signed_on(member);
  return entry != nullptr ? all_but(entry->room->members, member) : Members{};
}

std::string Directory::room_of(const Member& member) const {
  const MutexLock lock(mutex_);
  const Entry* const entry = find_signed_on(member);
  return entry != nullptr ? entry->room->name : std::string{};
}

std::vector<std::string> Directory::names() const {
  std::vector<std::pair<std::uint64_t, std::string>> arrivals;
  {
    const MutexLock lock(mutex_);
    arrivals.reserve(entries_.size());
    for (const auto& [key, entry] : entries_)
      if (entry.room != nullptr) arrivals.emplace_back(entry.arrival, entry.member->name());
  }
  std::ranges::sort(arrivals);
  std::vector<std::string> names;
  names.reserve(arrivals.size());
  for (auto& [arrival, name] : arrivals) names.push_back(std::move(name));
  return names;
}

/// The entry that this very member has.
Directory::Entries::iterator Directory::find_entry(const Member& member) {
  const auto found = entries_.find(fold_case(member.name()));
  return found != entries_.end() && found->second.member.get() == &member ? found : entries_.end();
}

const Directory::Entry* Directory::find_signed_on(const Member& member) const {
  const auto found = entries_.find(fold_case(member.name()));
  return found != entries_.end() && found->second.member.get() == &member && found->second.room != nullptr
             ? &found->second
             : nullptr;
}

Directory::Room& Directory::open_room(std::string_view name) {
  if (name.empty()) name = lobby_;
  const auto [place, is_new] = rooms_.try_emplace(fold_case(name));
  if (is_new) place->second.name = equal_ignoring_case(name, lobby_) ? lobby_ : name;
  return place->second;
}

Members Directory::join(Entry& entry, Room& room) {
  entry.room = &room;
  room.members.emplace(entry.arrival, entry.member);
  if (entry.member->hears_notices()) room.hearers.emplace(entry.arrival, entry.member);
  return all_but(room.hearers, *entry.member);
}

Members Directory::leave_room(Entry& entry) {
  if (entry.room == nullptr) return {};
  Room& room = *std::exchange(entry.room, nullptr);
  room.members.erase(entry.arrival);
  room.hearers.erase(entry.arrival);
  Members others = all_but(room.hearers, *entry.member);
  if (room.members.empty()) rooms_.erase(fold_case(room.name));
  return others;
}

Members Directory::all_but(const Arrivals& arrivals, const Member& one) {
  Members members;
  members.reserve(arrivals.size());
  for (const auto& [arrival, member] : arrivals)
    if (member.get() != &one) members.push_back(member);
  return members;
}

}  // namespace parley
