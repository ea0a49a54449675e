#include "server/directory/directory.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "protocol/user_name.hpp"

namespace parley {
namespace {

/// A message must not wait until thousands are counted.
constexpr std::size_t enough_at_a_time = 500;

std::int64_t now_s() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

}  // namespace

Directory::Directory(std::string_view lobby) : lobby_(lobby), lobby_key_(fold_case(lobby)) {}

std::shared_ptr<Member> Directory::reserve(const std::shared_ptr<Member>& newcomer) {
  Entry entry{newcomer, newcomer->carrier()};
  const MutexLock lock(mutex_);
  return entries_.try_emplace(newcomer->key(), std::move(entry)).first->second.member;
}

bool Directory::confirm(const Member& member, std::uint64_t arrival) {
  const MutexLock lock(mutex_);
  const auto found = find_entry(member);
  if (found == entries_.end()) return false;
  found->second.arrival = arrival;
  return true;
}

std::optional<Directory::Company> Directory::sign_on(const Member& member, std::string_view room) {
  std::shared_ptr<NameList> names;  // destroyed after the lock is gone
  const MutexLock lock(mutex_);
  const auto found = find_entry(member);
  if (found == entries_.end()) return std::nullopt;
  Entry& entry = found->second;
  entry.place = ++places_;
  if (entry.arrival == 0) entry.arrival = entry.place;
  entry.since_s = now_s();
  const auto listed = by_key_.emplace(found->first, &entry).first;
  Company others;
  try {
    others = enter(entry, open_room(room));
  } catch (...) {
    by_key_.erase(listed);
    throw;
  }
  names.swap(names_);
  count_change();
  return others;
}

std::optional<Directory::Company> Directory::release(const Member& member) noexcept {
  Entries::node_type released;  // these are destroyed after the lock is gone
  std::shared_ptr<NameList> names;
  Company others;
  const MutexLock lock(mutex_);
  const auto found = find_entry(member);
  if (found == entries_.end()) return std::nullopt;
  if (const Room* const room = found->second.room) {
    try {
      others = {all_but(room->hearers, &member), room->name};
    } catch (const std::exception&) {  // out of memory: the name is free all the same
    }
    leave_room(found->second);
    by_key_.erase(found->first);
    names.swap(names_);
    count_change();
  }
  released = entries_.extract(found);
  return others;
}

std::shared_ptr<Member> Directory::rename(const Member& member, const std::shared_ptr<Member>& newcomer) {
  std::shared_ptr<Member> renamed;  // these are destroyed after the lock is gone
  std::shared_ptr<NameList> names;
  Entries::node_type reservation;
  std::string key = newcomer->key();
  const MutexLock lock(mutex_);
  const auto found = find_entry(member);
  if (found == entries_.end() || found->second.room == nullptr) return nullptr;
  const auto holder = entries_.find(key);
  if (holder != entries_.end() && holder != found) {
    if (holder->second.member != newcomer) return holder->second.member;
    reservation = entries_.extract(holder);
  }
  // From here on nothing takes memory: a node is moved, not made.
  auto listed = by_key_.extract(found->first);
  auto node = entries_.extract(found);
  Entry& entry = node.mapped();
  renamed = std::exchange(entry.member, newcomer);
  for (Arrivals* const arrivals : {&entry.room->members, &entry.room->hearers})
    if (const auto place = arrivals->find(entry.place); place != arrivals->end()) place->second = newcomer;
  node.key() = std::move(key);
  listed.key() = entries_.insert(std::move(node)).position->first;
  by_key_.insert(std::move(listed));
  names.swap(names_);
  count_change();
  return newcomer;
}

std::optional<Directory::Move> Directory::move(const Member& member, std::string_view room) {
  const MutexLock lock(mutex_);
  const auto found = find_entry(member);
  if (found == entries_.end() || found->second.room == nullptr) return std::nullopt;
  Entry& entry = found->second;
  Company left{all_but(entry.room->hearers, &member), entry.room->name};
  Room& target = open_room(room);
  if (&target == entry.room) return std::nullopt;
  Entry arriving = entry;
  Company joined = enter(arriving, target);
  leave_room(entry);
  entry.room = arriving.room;
  count_change();
  return Move{std::move(left), std::move(joined)};
}

Directory::Admission Directory::admit(const std::shared_ptr<Member>& remote, std::string_view room,
                                      std::uint64_t arrival, std::int64_t since_s) {
  Admission admission;
  Entry arriving{remote, remote->carrier(), 0, arrival, nullptr, since_s};  // these are destroyed after the
  std::shared_ptr<NameList> names;                                          // lock is gone
  const MutexLock lock(mutex_);
  arriving.place = ++places_;
  const auto [found, is_new] = entries_.try_emplace(remote->key());
  Entry& entry = found->second;
  admission.displaced = entry.member;
  admission.was_confirmed = entry.arrival != 0;
  admission.was_signed_on = entry.room != nullptr;
  try {
    if (entry.room != nullptr)
      admission.hearers_of_displaced = {all_but(entry.room->hearers, entry.member.get()), entry.room->name};
    else
      by_key_.emplace(found->first, &entry);
    admission.hearers = enter(arriving, open_room(room));
  } catch (...) {
    if (entry.room == nullptr) by_key_.erase(found->first);
    if (is_new) entries_.erase(found);
    throw;
  }
  std::erase(admission.hearers.members, entry.member);
  std::swap(entry, arriving);
  if (arriving.room != nullptr) leave_room(arriving);
  names.swap(names_);
  count_change();
  return admission;
}

void Directory::renumber(const Member& member, std::uint64_t arrival) {
  std::shared_ptr<NameList> names;  // destroyed after the lock is gone
  const MutexLock lock(mutex_);
  const auto found = find_entry(member);
  if (found == entries_.end() || found->second.room == nullptr) return;
  found->second.arrival = arrival;
  names.swap(names_);
  count_change();
}

Directory::Found Directory::find(std::string_view name) const {
  const std::string key = fold_case(name);
  const MutexLock lock(mutex_);
  return find_key(key);
}

std::shared_ptr<Member> Directory::find_anew(std::string_view name, const Member& seeker,
                                             LastFound& last) const {
  const std::string key = fold_case(name);
  const MutexLock lock(mutex_);
  if (find_signed_on(seeker) == nullptr) return nullptr;
  Found found = find_key(key);
  // Of who is not there nothing is kept: what is sought may be as long as a message.
  if (found.member)
    last = {std::string(name), found.member, std::move(found.room), changes_.load(std::memory_order_acquire)};
  return std::move(found.member);
}

Directory::Found Directory::find_key(const std::string& key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.room == nullptr) return {};
  return {found->second.member, found->second.room->name};
}

Directory::Found Directory::find_local(std::string_view name) const {
  const std::string key = fold_case(name);
  const MutexLock lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.room == nullptr || found->second.carrier) return {};
  return {found->second.member, found->second.room->name};
}

std::shared_ptr<Member> Directory::holder_of(std::string_view name) const {
  const std::string key = fold_case(name);
  const MutexLock lock(mutex_);
  const auto found = entries_.find(key);
  return found != entries_.end() ? found->second.member : nullptr;
}

Directory::Others Directory::others_in_room(const Member& member) const {
  const MutexLock lock(mutex_);
  const Entry* const entry = find_signed_on(member);
  if (entry == nullptr) return {};
  const Room& room = *entry->room;
  Members others = all_but(room.members, &member, room.carriers.size());
  std::size_t users = others.size();
  for (const auto& [carrier, count] : room.carriers) {
    others.push_back(carrier);
    users += count;
  }
  return {{std::move(others), room.name}, users};
}

Directory::Company Directory::local_company(std::string_view room) const {
  const std::string key = fold_case(room);
  const MutexLock lock(mutex_);
  const auto found = rooms_.find(key);
  if (found == rooms_.end()) return {};
  return {all_but(found->second.members, nullptr), found->second.name};
}

Directory::Company Directory::hearers_beside(const Member& member) const {
  const MutexLock lock(mutex_);
  const Entry* const entry = find_signed_on(member);
  if (entry == nullptr) return {};
  return {all_but(entry->room->hearers, &member), entry->room->name};
}

std::string Directory::room_of(const Member& member) const {
  const MutexLock lock(mutex_);
  const Entry* const entry = find_signed_on(member);
  return entry != nullptr ? entry->room->name : std::string{};
}

void Directory::let_hear(const Member& member, bool hears) {
  const MutexLock lock(mutex_);
  const auto found = find_entry(member);
  if (found == entries_.end() || found->second.room == nullptr) return;
  const Entry& entry = found->second;
  if (hears && !entry.carrier)
    entry.room->hearers.emplace(entry.place, entry.member);
  else
    entry.room->hearers.erase(entry.place);
}

std::optional<service::Presence> Directory::presence(std::string_view name) const {
  const std::string key = fold_case(name);
  const MutexLock lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  return presence_of(*found->second);
}

std::optional<Directory::Listing> Directory::listing(const Member& member) const {
  const MutexLock lock(mutex_);
  const Entry* const entry = find_signed_on(member);
  if (entry == nullptr) return std::nullopt;
  return Listing{presence_of(*entry), entry->arrival};
}

Directory::Page Directory::page_behind(std::string_view key, std::size_t most) const {
  Page page;
  page.users.reserve(most);
  page.members.reserve(most);
  const MutexLock lock(mutex_);
  page.count = by_key_.size();
  auto next = by_key_.upper_bound(key);
  for (; next != by_key_.end() && page.users.size() < most; ++next) {
    page.users.push_back(presence_of(*next->second));
    page.members.push_back(next->second->member);
  }
  page.is_last = next == by_key_.end();
  return page;
}

template <typename Visit>
void Directory::visit_everyone(Visit visit) const {
  std::string last;
  for (bool is_over = false; !is_over;) {
    const MutexLock lock(mutex_);
    auto next = by_key_.upper_bound(last);
    for (std::size_t seen = 0; seen < enough_at_a_time && next != by_key_.end(); ++seen, ++next) {
      visit(*next->second);
      if (seen + 1 == enough_at_a_time) last = next->first;
    }
    is_over = next == by_key_.end();
  }
}

std::vector<service::Presence> Directory::everyone() const {
  using Order = std::pair<std::uint64_t, std::uint64_t>;  // on all nodes; here, should that not decide
  std::vector<std::pair<Order, service::Presence>> arrivals;
  visit_everyone([&](const Entry& entry) {
    arrivals.emplace_back(Order{entry.arrival, entry.place}, presence_of(entry));
  });
  std::ranges::sort(arrivals, {}, [](const auto& arrival) { return arrival.first; });
  std::vector<service::Presence> users;
  users.reserve(arrivals.size());
  for (auto& [order, user] : arrivals) users.push_back(std::move(user));
  return users;
}

Directory::Count Directory::count() const {
  Count count;
  visit_everyone([&](const Entry& entry) {
    ++(entry.carrier ? count.elsewhere : count.by_dialect[entry.member->dialect()]);
  });
  const MutexLock lock(mutex_);
  count.rooms = rooms_.size();
  return count;
}

service::Presence Directory::presence_of(const Entry& entry) {
  return {entry.member->name(), std::string(entry.member->dialect()), entry.room->name, entry.since_s};
}

std::shared_ptr<NameList> Directory::names() const {
  using Order = std::pair<std::uint64_t, std::uint64_t>;  // on all nodes; here, should that not decide
  std::vector<std::pair<Order, std::shared_ptr<Member>>> arrivals;
  std::uint64_t as_of = 0;
  {
    const MutexLock lock(mutex_);
    if (names_) return names_;
    arrivals.reserve(entries_.size());
    for (const auto& [key, entry] : entries_)
      if (entry.room != nullptr) arrivals.emplace_back(Order{entry.arrival, entry.place}, entry.member);
    as_of = changes_.load(std::memory_order_acquire);
  }
  // Sorted and copied without the lock: everybody else's messages go through it.
  std::ranges::sort(arrivals, {}, [](const auto& arrival) { return arrival.first; });
  std::vector<std::string> names;
  names.reserve(arrivals.size());
  for (const auto& [order, member] : arrivals) names.push_back(member->name());
  auto list = std::make_shared<NameList>(std::move(names));
  const MutexLock lock(mutex_);
  if (changes_.load(std::memory_order_acquire) == as_of && !names_) names_ = list;
  return list;
}

/// The entry that this very member has.
Directory::Entries::iterator Directory::find_entry(const Member& member) {
  const auto found = entries_.find(member.key());
  return found != entries_.end() && found->second.member.get() == &member ? found : entries_.end();
}

const Directory::Entry* Directory::find_signed_on(const Member& member) const {
  const auto found = entries_.find(member.key());
  return found != entries_.end() && found->second.member.get() == &member && found->second.room != nullptr
             ? &found->second
             : nullptr;
}

/// To be entered at once: no room stays empty.
Directory::Room& Directory::open_room(std::string_view name) {
  if (name.empty()) name = lobby_;
  std::string key = fold_case(name);
  const auto found = rooms_.find(key);
  if (found != rooms_.end()) return found->second;
  Room room{key, std::string(key == lobby_key_ ? lobby_ : name)};
  return rooms_.emplace(std::move(key), std::move(room)).first->second;
}

Directory::Company Directory::enter(Entry& entry, Room& room) {
  Company others;
  try {
    others = {all_but(room.hearers, entry.member.get()), room.name};
    if (entry.carrier) {
      ++room.carriers[entry.carrier];
    } else {
      room.members.emplace(entry.place, entry.member);
      if (entry.member->hears_notices()) room.hearers.emplace(entry.place, entry.member);
    }
  } catch (...) {
    room.members.erase(entry.place);
    close_if_empty(room);
    throw;
  }
  entry.room = &room;
  return others;
}

void Directory::leave_room(Entry& entry) noexcept {
  Room& room = *std::exchange(entry.room, nullptr);
  room.members.erase(entry.place);
  room.hearers.erase(entry.place);
  const auto carried = room.carriers.find(entry.carrier);
  if (carried != room.carriers.end() && --carried->second == 0) room.carriers.erase(carried);
  close_if_empty(room);
}

void Directory::close_if_empty(const Room& room) noexcept {
  if (room.is_empty()) rooms_.erase(rooms_.find(room.key));
}

Members Directory::all_but(const Arrivals& arrivals, const Member* one, std::size_t more) {
  Members members;
  members.reserve(arrivals.size() + more);
  for (const auto& [place, member] : arrivals)
    if (member.get() != one) members.push_back(member);
  return members;
}

}  // namespace parley
