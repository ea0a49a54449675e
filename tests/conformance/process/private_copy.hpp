#pragma once

#include <filesystem>

#include "tests/conformance/process/confinement.hpp"
#include "tests/conformance/process/temporary_folder.hpp"

namespace parley::conform {

/// A folder for a program that is kept apart, with copies of the files of another one. It is removed at the
/// end, and whatever still runs as the program's account, when it has one and no sandbox, is ended first.
/// Belongs to one thread.
class PrivateCopy {
 public:
  /// Makes it `confinement.folder`; that must outlive this. Files that are neither regular nor folders nor
  /// links are left out. For a sandbox it is in memory, and never has more than most_bytes_of_copy. Throws
  /// BadInput when the original is too large or cannot be copied, and std::system_error when the machine is
  /// short of something.
  PrivateCopy(const std::filesystem::path& original, Confinement& confinement);
  ~PrivateCopy();
  PrivateCopy(const PrivateCopy&) = delete;
  PrivateCopy& operator=(const PrivateCopy&) = delete;

  /// Throws std::system_error when the disk is full: what has failed there need not be the program's fault.
  void throw_if_no_room() const;

 private:
  const Confinement& confinement_;
  TemporaryFolder place_;
};

}  // namespace parley::conform
