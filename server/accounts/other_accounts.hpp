#pragma once

#include <atomic>
#include <map>
#include <string>
#include <string_view>

#include "base/thread_annotations.hpp"
#include "server/accounts/account_digest.hpp"

namespace parley::accounts {

/// What the other servers of a cluster have told of their accounts. Any thread.
class OtherAccounts {
 public:
  /// The last word of a server. Throws std::bad_alloc.
  void hear(const std::string& server, AccountDigest digest) EXCLUDES(mutex_);
  void forget(const std::string& server) EXCLUDES(mutex_);

  /// No server has any, as where there is no cluster.
  bool is_empty() const { return !has_some_.load(std::memory_order_acquire); }

  /// Whether the name has, or may have, an account on one of two servers of which the accounts differ: then
  /// nobody can say which password is right. `own`: of this one.
  bool is_in_doubt(const AccountDigest& own, std::string_view name, bool has_account) const EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;  // taken alone
  std::map<std::string, AccountDigest> digests_ GUARDED_BY(mutex_);
  std::atomic<bool> has_some_{false};  // a server
};

}  // namespace parley::accounts
