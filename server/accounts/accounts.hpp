#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/thread_annotations.hpp"
#include "server/accounts/account_digest.hpp"
#include "server/accounts/account_list.hpp"
#include "server/accounts/comparison_queue.hpp"
#include "server/accounts/guesses.hpp"
#include "server/accounts/other_accounts.hpp"

namespace parley::accounts {

struct AccountOptions {
  std::string file;                 // empty: no name has a password
  bool are_required = false;        // nobody signs on under a name that has none
  bool are_taken_in_clear = false;  // passwords, from another machine and without TLS
};

/// The accounts of a server. What is in their file may be another at any time; who has signed on stays. Any
/// thread.
class Accounts {
 public:
  /// Reads the file, if the options have one. Before anybody asks. Throws std::runtime_error as
  /// read_account_file() does.
  void open(const AccountOptions& options) EXCLUDES(mutex_);

  /// Reads the file anew. Throws std::runtime_error, and nothing has changed then.
  void reload() EXCLUDES(mutex_);

  /// Constant after open().
  bool are_open() const { return !options_.file.empty(); }
  const AccountOptions& options() const { return options_; }

  bool has(std::string_view name) const { return are_open() && list()->find(name) != nullptr; }

  /// As it is now; never null. It lives as long as somebody has it.
  std::shared_ptr<const AccountList> list() const EXCLUDES(mutex_);

  /// Whether any name may need a password, here or on another server of the cluster.
  bool may_matter() const { return are_open() || !others_.is_empty(); }

  /// Whether servers have different accounts, and one of them has, or may have, one for the name.
  bool are_in_doubt(std::string_view name) const EXCLUDES(mutex_);

  /// Of the list as it is now.
  AccountDigest digest() const EXCLUDES(mutex_);
  OtherAccounts& others() { return others_; }

  Guesses& guesses() { return guesses_; }
  ComparisonQueue& comparisons() { return comparisons_; }

 private:
  AccountOptions options_;
  Guesses guesses_;
  ComparisonQueue comparisons_;
  OtherAccounts others_;
  mutable Mutex mutex_;  // taken alone
  AccountDigest digest_ GUARDED_BY(mutex_);
  std::shared_ptr<const AccountList> list_ GUARDED_BY(mutex_) = std::make_shared<AccountList>();
};

}  // namespace parley::accounts
