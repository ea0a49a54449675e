#pragma once

#include <filesystem>

#include "base/file_descriptor.hpp"
#include "tests/conformance/command/options.hpp"

namespace parley::conform {

/// Whether the reports of a class are in the folder, as grade and interop leave them.
bool has_reports(const std::filesystem::path& folder);

/// The folder for what a run finds of a class, as long as the run lasts: meanwhile no other run, of whatever
/// command, writes to it. Belongs to one thread.
class LockedOutputFolder {
 public:
  /// Makes the folder when it is not there. Throws BadInput when it cannot be made or is somebody's trap, or
  /// when another run writes to it.
  explicit LockedOutputFolder(const Options& options);

  const std::filesystem::path& path() const { return path_; }

 private:
  const std::filesystem::path path_;
  FileDescriptor lock_;
};

}  // namespace parley::conform
