#pragma once

#include <filesystem>
#include <string>

#include "tests/conformance/process/confinement.hpp"

namespace parley::conform {

/// With what the paths of all copies begin.
std::string begin_of_copies();

/// A folder for a program that is kept apart, with copies of the files of another one. It is removed at the
/// end, and whatever still runs as the program's account, when it has one and no sandbox, is ended first.
/// Belongs to one thread.
class PrivateCopy {
 public:
  /// Makes it `confinement.folder`; that must outlive this. Files that are neither regular nor folders nor
  /// links are left out. Throws BadInput when the original is too large or cannot be copied.
  PrivateCopy(const std::filesystem::path& original, Confinement& confinement);
  ~PrivateCopy();
  PrivateCopy(const PrivateCopy&) = delete;
  PrivateCopy& operator=(const PrivateCopy&) = delete;

 private:
  const Confinement& confinement_;
  std::filesystem::path place_;
};

}  // namespace parley::conform
