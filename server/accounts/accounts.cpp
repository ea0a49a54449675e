#include "server/accounts/accounts.hpp"

#include <utility>

#include "server/accounts/account_file.hpp"

namespace parley::accounts {

void Accounts::open(const AccountOptions& options) {
  options_ = options;
  reload();
}

void Accounts::reload() {
  if (!are_open()) return;
  auto list = std::make_shared<const AccountList>(read_account_file(options_.file));
  AccountDigest digest(*list);
  const MutexLock lock(mutex_);
  list_.swap(list);
  digest_ = std::move(digest);
}

bool Accounts::are_in_doubt(std::string_view name) const {
  return !others_.is_empty() && others_.is_in_doubt(digest(), name, has(name));
}

AccountDigest Accounts::digest() const {
  const MutexLock lock(mutex_);
  return digest_;
}

std::shared_ptr<const AccountList> Accounts::list() const {
  const MutexLock lock(mutex_);
  return list_;
}

}  // namespace parley::accounts
