#include "server/bans/ban_list.hpp"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "protocol/user_name.hpp"

namespace parley {
namespace {

std::string key_of(const Banned& whom) {
  const auto* const name = std::get_if<std::string>(&whom);
  return name != nullptr ? fold_case(*name) : to_text(whom);
}

/// Of two words of the same moment all nodes take the same.
auto rank(const Ban& ban) {
  return std::tuple(ban.changed_ms, !ban.is_lifted, ban.until_s == 0, ban.until_s);
}

std::int64_t over_since_ms(const Ban& ban) {
  return ban.is_lifted ? ban.changed_ms : std::max(ban.changed_ms, ban.until_s * 1000);
}

}  // namespace

std::int64_t wall_clock_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

bool BanList::has_name(std::string_view key) const {
  const MutexLock lock(mutex_);
  const auto found = names_.find(key);
  return found != names_.end() && found->second.is_in_force(now_ms_());
}

bool BanList::has_address(const AddressBytes& address) const {
  const MutexLock lock(mutex_);
  if (ranges_.empty()) return false;
  const std::int64_t now = now_ms_();
  return std::ranges::any_of(ranges_, [&](const auto& entry) {
    const Ban& ban = entry.second;
    return std::get<AddressRange>(ban.whom).contains(address) && ban.is_in_force(now);
  });
}

/// Later than whatever is known of it, wherever the clock of who said that may have been.
std::optional<Ban> BanList::ban(const Banned& whom, std::int64_t until_s) {
  const MutexLock lock(mutex_);
  Ban ban{whom, until_s, now_ms_()};
  const Entries& entries = entries_of(whom);
  if (const auto known = entries.find(key_of(whom)); known != entries.end())
    ban.changed_ms = std::max(ban.changed_ms, known->second.changed_ms + 1);
  if (!put(ban)) return std::nullopt;
  return ban;
}

std::optional<Ban> BanList::unban(const Banned& whom) {
  const MutexLock lock(mutex_);
  Entries& entries = entries_of(whom);
  const auto known = entries.find(key_of(whom));
  const std::int64_t now = now_ms_();
  if (known == entries.end() || !known->second.is_in_force(now)) return std::nullopt;
  known->second.is_lifted = true;
  known->second.changed_ms = std::max(now, known->second.changed_ms + 1);
  ++changes_;
  return known->second;
}

BanList::Merged BanList::merge(const Ban& ban) {
  const MutexLock lock(mutex_);
  const Entries& entries = entries_of(ban.whom);
  const auto known = entries.find(key_of(ban.whom));
  if (known != entries.end() && rank(known->second) >= rank(ban)) return Merged::known;
  return put(ban) ? Merged::changed : Merged::full;
}

std::vector<Ban> BanList::in_force() const {
  std::vector<Ban> bans;
  const MutexLock lock(mutex_);
  const std::int64_t now = now_ms_();
  for_each([&](const Ban& ban) {
    if (ban.is_in_force(now)) bans.push_back(ban);
  });
  return bans;
}

BanList::Snapshot BanList::snapshot() const {
  Snapshot snapshot;
  const MutexLock lock(mutex_);
  const std::int64_t oldest = now_ms_() - remembered_ms;
  for_each([&](const Ban& ban) {
    if (ban.is_in_force(now_ms_()) || over_since_ms(ban) >= oldest) snapshot.bans.push_back(ban);
  });
  snapshot.changes = changes_;
  return snapshot;
}

BanList::Entries& BanList::entries_of(const Banned& whom) {
  return std::holds_alternative<std::string>(whom) ? names_ : ranges_;
}

bool BanList::put(const Ban& ban) {
  const std::int64_t now = now_ms_();
  Entries& entries = entries_of(ban.whom);
  const std::string key = key_of(ban.whom);
  const auto known = entries.find(key);
  const bool was_in_force = known != entries.end() && known->second.is_in_force(now);
  const bool is_large = names_.size() + ranges_.size() >= max_bans;
  if (is_large && ban.is_in_force(now) && !was_in_force && count_in_force(now) >= max_bans) return false;
  entries.insert_or_assign(key, ban);
  if (is_large) forget(now);
  ++changes_;
  return true;
}

/// What has been over for long enough, and beyond the bound what has been so for longest.
void BanList::forget(std::int64_t now_ms) {
  std::vector<std::int64_t> over;
  for_each([&](const Ban& ban) {
    if (!ban.is_in_force(now_ms)) over.push_back(over_since_ms(ban));
  });
  std::int64_t oldest = now_ms - remembered_ms;
  if (over.size() > max_bans) {
    const auto nth = over.begin() + static_cast<std::ptrdiff_t>(over.size() - max_bans);
    std::ranges::nth_element(over, nth);
    oldest = std::max(oldest, *nth);
  }
  for (Entries* const entries : {&names_, &ranges_})
    std::erase_if(*entries, [&](const auto& entry) {
      return !entry.second.is_in_force(now_ms) && over_since_ms(entry.second) < oldest;
    });
}

std::size_t BanList::count_in_force(std::int64_t now_ms) const {
  std::size_t count = 0;
  for_each([&](const Ban& ban) { count += ban.is_in_force(now_ms) ? 1 : 0; });
  return count;
}

template <typename Take>
void BanList::for_each(Take take) const {
  for (const Entries* const entries : {&names_, &ranges_})
    for (const auto& [key, ban] : *entries) take(ban);
}

}  // namespace parley
