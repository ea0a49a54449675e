#include "server/cluster/local_users.hpp"

#include <exception>
#include <utility>

#include "protocol/user_name.hpp"
#include "server/cluster/cluster_options.hpp"

namespace parley::cluster {
namespace {

std::vector<std::string> to_items(const std::vector<Ban>& bans) {
  std::vector<std::string> items;
  Bans part;
  for (const Ban& ban : bans) {
    part.bans.push_back(ban);
    if (part.bans.size() < ClusterLimits::bans_in_item) continue;
    items.push_back(encode(part));
    part = {};
  }
  if (!part.bans.empty()) items.push_back(encode(part));
  return items;
}

}  // namespace

void LocalUsers::arrived(const BusUser& user) {
  const std::string item = encode(Arrived{user});
  const MutexLock lock(mutex_);
  users_.insert_or_assign(fold_case(user.name), user);
  tell(item);
}

void LocalUsers::moved(std::string_view name, std::string_view room) {
  const std::string item = encode(Moved{std::string(name), std::string(room)});
  const MutexLock lock(mutex_);
  const auto found = users_.find(fold_case(name));
  if (found == users_.end()) return;
  found->second.room = room;
  tell(item);
}

void LocalUsers::renamed(std::string_view former, const BusUser& user) {
  const std::string item = encode(Renamed{std::string(former), user});
  const MutexLock lock(mutex_);
  users_.erase(fold_case(former));
  users_.insert_or_assign(fold_case(user.name), user);
  tell(item);
}

void LocalUsers::left(const std::string& key, std::string_view name) noexcept {
  const MutexLock lock(mutex_);
  if (users_.erase(key) == 0) return;
  try {
    tell(encode(Left{std::string(name)}));
  } catch (const std::exception&) {  // out of memory
    for (const auto& [node, link] : links_) link->fall_behind();
  }
}

void LocalUsers::renumber(std::string_view name, std::uint64_t arrival) {
  const MutexLock lock(mutex_);
  const auto found = users_.find(fold_case(name));
  if (found != users_.end()) found->second.arrival = arrival;
}

std::shared_ptr<Link> LocalUsers::open(const std::string& node, std::uint64_t incarnation) {
  Link::Receipts failed;  // they report when the lock is gone
  const MutexLock lock(mutex_);
  auto& link = links_[node];
  if (!link) link = std::make_shared<Link>(outlet_, last_number_, node, line_time_);
  failed = link->begin(incarnation, all());
  return link;
}

void LocalUsers::close(const std::string& node) {
  std::shared_ptr<Link> link;
  {
    const MutexLock lock(mutex_);
    const auto found = links_.find(node);
    if (found == links_.end()) return;
    link = std::move(found->second);
    links_.erase(found);
  }
  link->fail_all();
}

void LocalUsers::restate(Link& link) {
  const MutexLock lock(mutex_);
  for (std::string& item : all())
    if (!link.add(std::move(item))) return link.fall_behind();
}

void LocalUsers::restate_all() {
  const MutexLock lock(mutex_);
  for (const std::string& item : all()) tell(item);
}

void LocalUsers::tell_bans(const std::vector<Ban>& bans) {
  const auto items = to_items(bans);
  const MutexLock lock(mutex_);
  for (const std::string& item : items) tell(item);
}

void LocalUsers::tell_all(const std::string& item) {
  const MutexLock lock(mutex_);
  tell(item);
}

void LocalUsers::tell(const std::string& item) {
  for (const auto& [node, link] : links_)
    if (!link->add(item)) link->fall_behind();
}

std::vector<std::shared_ptr<Link>> LocalUsers::links() const {
  std::vector<std::shared_ptr<Link>> links;
  const MutexLock lock(mutex_);
  for (const auto& [node, link] : links_) links.push_back(link);
  return links;
}

std::vector<std::string> LocalUsers::all() const {
  auto items = all_users();
  if (bans_)
    for (std::string& item : to_items(bans_())) items.push_back(std::move(item));
  return items;
}

/// In parts, the last of which may be empty: also who has none says so.
std::vector<std::string> LocalUsers::all_users() const {
  std::vector<std::string> items;
  Users part{true, false, {}};
  for (const auto& [key, user] : users_) {
    part.users.push_back(user);
    if (part.users.size() < ClusterLimits::users_in_item) continue;
    items.push_back(encode(part));
    part = {};
  }
  part.is_last = true;
  items.push_back(encode(part));
  return items;
}

}  // namespace parley::cluster
