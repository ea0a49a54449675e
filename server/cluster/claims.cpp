#include "server/cluster/claims.hpp"

#include <algorithm>
#include <exception>
#include <thread>
#include <utility>

#include "protocol/user_name.hpp"
#include "server/cluster/cluster_options.hpp"

namespace parley::cluster {
namespace {

constexpr std::chrono::milliseconds retry_pause{25};

std::string key_of(std::string_view name) {
  return to_token(fold_case(name));
}

}  // namespace

OtherNodes::Claimed Claims::claim(std::string_view name) {
  if (!self_.has_joined()) {
    hold(name, 0);
    // Some order, until it is claimed.
    if (!self_.has_joined()) return {NameClaim::granted, unjoined_.fetch_add(1) + 1};
  }
  ask_for(name);
  const auto give_up_at = Clock::now() + claim_time_;
  while (self_.holds_lease()) {
    const std::uint64_t incarnation = self_.incarnation();
    const Asked asked = ask(std::string(name), incarnation, 0);
    if (asked.claim == NameClaim::taken) {
      drop(name);
      return {NameClaim::taken, 0};
    }
    if (asked.claim == NameClaim::granted) {
      hold(name, asked.revision);
      if (self_.incarnation() == incarnation) return {NameClaim::granted, asked.revision};
    }
    if (Clock::now() >= give_up_at) break;
    std::this_thread::sleep_for(retry_pause);
  }
  // What was asked may have been granted without a word of it.
  drop(name);
  put_to_free({key_of(name), 0, self_.node()});
  return {NameClaim::unchecked, 0};
}

Claims::Asked Claims::granted_if(const Broker::Written& written) {
  return written.reply == Reply::done ? Asked{NameClaim::granted, written.revision} : Asked{};
}

/// One try. `known_revision`: that of a claim of this node's, 0 for none.
Claims::Asked Claims::ask(const std::string& name, std::uint64_t incarnation, std::uint64_t known_revision) {
  const std::string key = key_of(name);
  const std::string value = encode(Claim{self_.node(), incarnation, name});
  const Broker::Written written = known_revision != 0
                                      ? broker_.update(Bucket::names, key, value, known_revision)
                                      : broker_.create(Bucket::names, key, value);
  if (written.reply == Reply::done || written.reply == Reply::unavailable) return granted_if(written);
  const Broker::Read read = broker_.get(Bucket::names, key);
  if (read.reply == Reply::unavailable) return {};
  if (read.reply == Reply::missing) return granted_if(broker_.create(Bucket::names, key, value));
  const auto owner = parse_claim(read.value);
  if (owner && owner->node != self_.node()) {
    const auto lives = is_alive(owner->node, owner->incarnation);
    if (!lives) return {};
    if (*lives) return {NameClaim::taken, 0};
  }
  // Its owner is dead, or this node's own former self, or it is no claim at all.
  return granted_if(broker_.update(Bucket::names, key, value, read.revision));
}

std::optional<bool> Claims::is_alive(const std::string& node, std::uint64_t incarnation) {
  const Broker::Read read = broker_.get(Bucket::nodes, to_token(node));
  if (read.reply == Reply::unavailable) return std::nullopt;
  const auto claim = parse_claim(read.value);
  return claim && claim->incarnation == incarnation;
}

void Claims::hold(std::string_view name, std::uint64_t revision) {
  const MutexLock lock(mutex_);
  held_.insert_or_assign(key_of(name), Held{std::string(name), revision, false});
}

void Claims::ask_for(std::string_view name) {
  const MutexLock lock(mutex_);
  held_.insert_or_assign(key_of(name), Held{std::string(name), 0, true});
}

void Claims::drop(std::string_view name) {
  const std::string key = key_of(name);
  const MutexLock lock(mutex_);
  held_.erase(key);
}

bool Claims::is_held(const std::string& token) const {
  const MutexLock lock(mutex_);
  return held_.contains(token);
}

void Claims::give_up(std::string_view name) noexcept {
  try {
    std::string key = key_of(name);
    std::uint64_t revision = 0;
    {
      const MutexLock lock(mutex_);
      const auto found = held_.find(key);
      if (found == held_.end()) return;
      revision = found->second.revision;
      held_.erase(found);
    }
    if (revision != 0) put_to_free({std::move(key), revision, self_.node()});
  } catch (
      const std::exception&) {  // no memory: the name stays this node's until somebody here takes it again
  }
}

/// Beyond the bound a name stays claimed until somebody of this node has it again, or the node ends.
void Claims::put_to_free(ToFree one) {
  const MutexLock lock(mutex_);
  if (to_free_.size() < ClusterLimits::max_names_to_free) to_free_.push_back(std::move(one));
}

std::optional<std::uint64_t> Claims::revision_of(std::string_view name) const {
  const std::string key = key_of(name);
  const MutexLock lock(mutex_);
  const auto found = held_.find(key);
  if (found == held_.end() || found->second.is_asked_for) return std::nullopt;
  return found->second.revision;
}

bool Claims::yield(std::string_view name, std::uint64_t revision) {
  const std::string key = key_of(name);
  const MutexLock lock(mutex_);
  const auto found = held_.find(key);
  if (found == held_.end() || found->second.is_asked_for) return true;
  // A claim of one's own that is not made yet is decided by the broker when it is.
  if (found->second.revision == 0 || found->second.revision > revision) return false;
  held_.erase(found);
  return true;
}

bool Claims::is_empty() const {
  const MutexLock lock(mutex_);
  return std::ranges::all_of(held_, [](const auto& entry) { return entry.second.is_asked_for; });
}

std::vector<std::string> Claims::names() const {
  std::vector<std::pair<std::uint64_t, std::string>> claims;
  {
    const MutexLock lock(mutex_);
    for (const auto& [key, held] : held_)
      if (!held.is_asked_for) claims.emplace_back(held.revision, held.name);
  }
  std::ranges::sort(claims);
  std::vector<std::string> names;
  names.reserve(claims.size());
  for (auto& [revision, name] : claims) names.push_back(std::move(name));
  return names;
}

Claims::Again Claims::claim_again(std::string_view name) {
  const auto known = revision_of(name);
  if (!known) return Again::kept;
  const Asked asked = ask(std::string(name), self_.incarnation(), *known);
  if (asked.claim == NameClaim::unchecked) return Again::unknown;
  std::string key = key_of(name);
  {
    const MutexLock lock(mutex_);
    const auto found = held_.find(key);
    if (found != held_.end()) {
      if (asked.claim == NameClaim::granted)
        found->second.revision = asked.revision;
      else
        held_.erase(found);
      return asked.claim == NameClaim::granted ? Again::kept : Again::lost;
    }
  }
  // Given up meanwhile.
  if (asked.claim == NameClaim::granted) put_to_free({std::move(key), asked.revision, self_.node()});
  return Again::kept;
}

void Claims::free_of(const std::string& node, std::uint64_t incarnation,
                     const std::vector<std::string>& names) {
  for (const std::string& name : names) put_to_free({key_of(name), 0, node, incarnation});
}

void Claims::forget_revisions() {
  const MutexLock lock(mutex_);
  for (ToFree& one : to_free_) one.revision = 0;
  for (auto& [key, held] : held_) held.revision = 0;
}

bool Claims::has_to_free() const {
  const MutexLock lock(mutex_);
  return !to_free_.empty();
}

bool Claims::free_one() {
  ToFree one;
  {
    const MutexLock lock(mutex_);
    if (to_free_.empty()) return true;
    one = std::move(to_free_.front());
    to_free_.pop_front();
  }
  Reply reply = one.revision != 0 ? broker_.erase(Bucket::names, one.revision) : Reply::missing;
  // It may have been written anew, by a question whose answer was lost.
  if (reply == Reply::missing) reply = free_by_owner(one);
  const bool is_done = reply != Reply::unavailable;
  if (!is_done) put_to_free(std::move(one));
  return is_done;
}

Reply Claims::free_by_owner(const ToFree& one) {
  if (one.incarnation == 0 && is_held(one.key)) return Reply::done;
  const Broker::Read read = broker_.get(Bucket::names, one.key);
  if (read.reply != Reply::done) return read.reply;
  const auto owner = parse_claim(read.value);
  const bool is_its = owner && owner->node == one.node &&
                      (one.incarnation == 0 ? !is_held(one.key) : owner->incarnation == one.incarnation);
  return is_its ? broker_.erase(Bucket::names, read.revision) : Reply::done;
}

}  // namespace parley::cluster
