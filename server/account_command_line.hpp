#pragma once

#include <string>

#include "base/cli_fwd.hpp"

namespace parley {

/// The command `parleyd account`, with which an operator makes and changes the file of accounts. A password
/// is asked for at a terminal that does not show it, or read from standard input, and never an argument,
/// which every user of the machine can see.
class AccountCommandLine {
 public:
  explicit AccountCommandLine(CLI::App& app);

  bool is_asked() const;

  /// Does what was asked for, and says what became of it. Returns the exit code.
  int run() const;

 private:
  /// Its tasks; each returns the exit code, and throws std::exception with a text for the user.
  int add() const;
  int remove() const;
  int list() const;
  int check() const;

  CLI::App* add_task(const std::string& word, const std::string& help);

  CLI::App* const account_;
  std::string name_;
  std::string file_;
  CLI::App* add_;
  CLI::App* remove_;
  CLI::App* list_;
  CLI::App* check_;
};

}  // namespace parley
