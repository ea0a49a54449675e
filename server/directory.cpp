#include "server/directory.hpp"

#include "protocol/user_name.hpp"

namespace parley {

std::shared_ptr<Member> Directory::hold(const std::shared_ptr<Member>& newcomer) {
  std::string key = fold_case(newcomer->name());
  const MutexLock lock(mutex_);
  return entries_.try_emplace(std::move(key), Entry{newcomer, false}).first->second.member;
}

void Directory::sign_on(const Member& member) {
  const std::string key = fold_case(member.name());
  const MutexLock lock(mutex_);
  const auto found = entries_.find(key);
  if (found != entries_.end() && found->second.member.get() == &member) found->second.signed_on = true;
}

void Directory::release(const Member& member) {
  const std::string key = fold_case(member.name());
  std::shared_ptr<Member> released;  // destroyed after the lock is gone
  const MutexLock lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.member.get() != &member) return;
  released = std::move(found->second.member);
  entries_.erase(found);
}

std::shared_ptr<Member> Directory::find(std::string_view name) const {
  const std::string key = fold_case(name);
  const MutexLock lock(mutex_);
  const auto found = entries_.find(key);
  return found != entries_.end() && found->second.signed_on ? found->second.member : nullptr;
}

Directory::Members Directory::everyone_but(const Member& one) const {
  Members members;
  const MutexLock lock(mutex_);
  members.reserve(entries_.size());
  for (const auto& [key, entry] : entries_)
    if (entry.signed_on && entry.member.get() != &one) members.push_back(entry.member);
  return members;
}

}  // namespace parley
