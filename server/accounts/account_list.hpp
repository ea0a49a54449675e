#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace parley::accounts {

/// The names that have a password. Two are the same as the directory says (OD1.1). A plain value; many
/// threads may read one.
class AccountList {
 public:
  struct Account {
    std::string name;  ///< as whoever added it wrote it
    std::string hash;
  };

  /// A text of lines, each a name, a blank and a hash; empty ones mean nothing. Throws std::runtime_error,
  /// which tells the first line that is wrong and why, and nothing of what stands in it: that may be a
  /// password that somebody has written there.
  static AccountList parse(std::string_view text);
  std::string to_text() const;

  /// Null when the name has none.
  const Account* find(std::string_view name) const;

  /// False when the name had one, whose hash this is now.
  bool set(std::string_view name, std::string hash);

  /// False when it had none.
  bool remove(std::string_view name);

  std::size_t size() const { return accounts_.size(); }
  auto begin() const { return accounts_.begin(); }
  auto end() const { return accounts_.end(); }

 private:
  std::map<std::string, Account> accounts_;  // by fold_case() of the name
};

}  // namespace parley::accounts
