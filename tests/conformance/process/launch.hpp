#pragma once

#include <string>
#include <vector>

#include "tests/conformance/process/confinement.hpp"

namespace parley::conform {

/// All that it takes to become a program under test, made ready before fork.
class Launch {
 public:
  /// `command` has the shell's syntax. Its environment are `variables`, of which one without a value is not
  /// set, and those of this program that have other names; when it is kept apart only what says where
  /// programs are and how they speak.
  Launch(const std::string& command, const Confinement& confinement, std::vector<std::string> variables);
  Launch(const Launch&) = delete;
  Launch& operator=(const Launch&) = delete;

  /// In the child, between fork and exec: becomes the program, which dies with the thread that made it. Its
  /// standard streams are those of the child; no other descriptor is left open. Calls only what is safe
  /// there.
  [[noreturn]] void become() const;

 private:
  const Confinement confinement_;
  std::vector<std::string> words_;
  std::vector<std::string> variables_;
  std::vector<char*> arguments_;    // of words_
  std::vector<char*> environment_;  // of variables_
};

}  // namespace parley::conform
