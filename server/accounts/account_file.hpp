#pragma once

#include <string>

#include "base/file_descriptor.hpp"
#include "server/accounts/account_list.hpp"

namespace parley::accounts {

/// What stands in the file. Throws std::runtime_error, whose text names the file and says what to do: there
/// is none, others than its owner can read or write it, or a line is wrong.
AccountList read_account_file(const std::string& path);

/// The file while one program changes it: another one that wants to waits. For one thread.
class AccountFileChange {
 public:
  enum class IfMissing { create, fail };

  /// Waits for its turn and reads the file. Throws std::runtime_error as read_account_file() does.
  AccountFileChange(const std::string& path, IfMissing if_missing);

  AccountList& accounts() { return accounts_; }

  /// Writes the accounts beside the file, with no right for others, and gives that the file's name once all
  /// of it is on the disk: whoever reads has the old ones or the new. Throws std::system_error.
  void save();

 private:
  const std::string path_;  // of the file itself, where a link leads to it
  FileDescriptor locked_;
  AccountList accounts_;
};

}  // namespace parley::accounts
