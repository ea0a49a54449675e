#include "server/cluster/remote_node.hpp"

#include <utility>

#include "protocol/user_name.hpp"
#include "server/cluster/cluster_options.hpp"

namespace parley::cluster {

RemoteNode::RemoteNode(std::shared_ptr<Link> link, Directory& directory, ChatService& chat,
                       MakeWayFor make_way_for)
    : link_(std::move(link)),
      carrier_(std::make_shared<Carrier>(link_)),
      directory_(directory),
      chat_(chat),
      make_way_for_(std::move(make_way_for)) {}

void RemoteNode::arrived(const BusUser& user) {
  const std::string key = fold_case(user.name);
  const auto found = users_.find(key);
  if (found == users_.end()) return admit(key, user);
  BusUser& known = found->second.user;
  if (known.name != user.name || known.dialect != user.dialect || known.since_s != user.since_s) {
    dismiss(found);
    return admit(key, user);
  }
  if (known.arrival != user.arrival) directory_.renumber(*found->second.member, user.arrival);
  if (!is_same_name(known.room, user.room)) chat_.relocate(*found->second.member, user.room);
  known = user;
}

void RemoteNode::admit(const std::string& key, const BusUser& user) {
  if (users_.size() >= ClusterLimits::max_users_of_node || !make_way_for_(user)) return;
  auto member = std::make_shared<RemoteMember>(user, link_, carrier_);
  users_.insert_or_assign(key, Known{user, member});
  chat_.admit(member, user.room, user.arrival, user.since_s);
}

void RemoteNode::dismiss(KnownUsers::iterator known) {
  const auto member = std::move(known->second.member);
  users_.erase(known);
  chat_.dismiss(*member);
}

void RemoteNode::left(std::string_view name) {
  const auto found = users_.find(fold_case(name));
  if (found != users_.end()) dismiss(found);
}

void RemoteNode::moved(std::string_view name, std::string_view room) {
  const auto found = users_.find(fold_case(name));
  if (found == users_.end()) return;
  found->second.user.room = room;
  chat_.relocate(*found->second.member, room);
}

void RemoteNode::renamed(std::string_view former, const BusUser& user) {
  const auto found = users_.find(fold_case(former));
  if (found == users_.end() || !make_way_for_(user)) {
    left(former);
    return arrived(user);
  }
  const auto old = std::move(found->second.member);
  users_.erase(found);
  const auto member = std::make_shared<RemoteMember>(user, link_, carrier_);
  users_.insert_or_assign(fold_case(user.name), Known{user, member});
  chat_.rename_elsewhere(*old, member);
}

void RemoteNode::list(const Users& part) {
  if (part.is_first || listed_.size() >= ClusterLimits::max_users_of_node) listed_.clear();
  for (const BusUser& user : part.users) {
    arrived(user);
    listed_.insert(fold_case(user.name));
  }
  if (!part.is_last) return;
  for (auto known = users_.begin(); known != users_.end();) {
    const auto next = std::next(known);
    if (!listed_.contains(known->first)) dismiss(known);
    known = next;
  }
  listed_.clear();
  is_complete_ = true;
}

void RemoteNode::begin_anew() {
  listed_.clear();
  is_complete_ = false;
}

void RemoteNode::dismiss_all() {
  while (!users_.empty()) dismiss(users_.begin());
}

const void* RemoteNode::source_of(std::string_view sender) const {
  const auto found = users_.find(fold_case(sender));
  return found != users_.end() ? found->second.member.get() : carrier_.get();
}

std::uint64_t RemoteNode::revision_of(std::string_view name) const {
  const auto found = users_.find(fold_case(name));
  return found != users_.end() ? found->second.user.arrival : 0;
}

std::vector<std::string> RemoteNode::names() const {
  std::vector<std::string> names;
  for (const auto& [key, known] : users_) names.push_back(known.user.name);
  return names;
}

}  // namespace parley::cluster
