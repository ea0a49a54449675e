#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/accounts/account_list.hpp"

namespace parley::accounts {

/// What other servers are told of a list of accounts: whether it is the same as theirs, and which names it
/// may have. A plain value.
class AccountDigest {
 public:
  /// Of no accounts: equal to every other such one.
  AccountDigest() = default;
  explicit AccountDigest(const AccountList& list);

  /// What to_text() gave; nothing for any other text.
  static std::optional<AccountDigest> parse(std::string_view text);

  /// ASCII; empty for no accounts. Of up to 6000 accounts some 20 bits each, of more no longer.
  std::string to_text() const;

  /// True for every name that has an account, and for one in a hundred others, or more where there are more
  /// than 6000 accounts.
  bool may_have(std::string_view name) const;

  /// The same names with the same passwords.
  bool operator==(const AccountDigest& other) const { return sum_ == other.sum_; }
  bool is_empty() const { return sum_.empty(); }

 private:
  std::string sum_;     // of all the list, in hexadecimal digits
  std::string filter_;  // a Bloom filter of the names
};

}  // namespace parley::accounts
