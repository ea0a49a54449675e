#include "server/accounts/other_accounts.hpp"

#include <algorithm>
#include <utility>

namespace parley::accounts {

void OtherAccounts::hear(const std::string& server, AccountDigest digest) {
  const MutexLock lock(mutex_);
  digests_.insert_or_assign(server, std::move(digest));
  has_some_.store(true, std::memory_order_release);
}

void OtherAccounts::forget(const std::string& server) {
  const MutexLock lock(mutex_);
  digests_.erase(server);
  has_some_.store(!digests_.empty(), std::memory_order_release);
}

bool OtherAccounts::is_in_doubt(const AccountDigest& own, std::string_view name, bool has_account) const {
  const MutexLock lock(mutex_);
  return std::ranges::any_of(digests_, [&](const auto& entry) {
    const AccountDigest& other = entry.second;
    return !(other == own) && (has_account || other.may_have(name));
  });
}

}  // namespace parley::accounts
