#pragma once

#include <string>
#include <vector>

#include "base/file_descriptor.hpp"
#include "tests/conformance/process/confinement.hpp"

namespace parley::conform {

/// In a child that has just begun a session: lets others have the processor first. Where Linux shares it out
/// by session (autogroup), that has a niceness of its own; who is not root may set one in a tenth of a
/// second. Calls only what is safe behind fork.
void give_way(int niceness);

/// What a child that becomes a program tells of it: whether there was room for it on this machine. Belongs to
/// one thread.
class LaunchStatus {
 public:
  /// Throws std::system_error.
  LaunchStatus();

  /// For Launch::become(), in the child.
  int end_of_child() const { return written_.get(); }

  /// In the parent, once there is a child.
  void close_end_of_child() { written_.reset(); }

  /// When the child has ended: throws std::system_error or std::runtime_error when a shortage of the machine
  /// has kept the program from beginning. `printed`: all that has come from the child.
  void throw_if_kept_by_shortage(const std::string& printed, bool is_sandboxed) const;

 private:
  FileDescriptor read_;
  FileDescriptor written_;
};

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
  /// there. `status`: of LaunchStatus; -1: nobody asks.
  [[noreturn]] void become(int status = -1) const;

 private:
  const Confinement confinement_;
  const unsigned long descriptors_;
  std::vector<std::string> words_;
  std::vector<std::string> variables_;
  std::vector<char*> arguments_;    // of words_
  std::vector<char*> environment_;  // of variables_
};

}  // namespace parley::conform
