#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "tests/conformance/process/confinement.hpp"

namespace parley::conform {

/// With what the paths of all temporary folders begin. Throws BadInput when there can be none.
std::string begin_of_temporary_folders();

/// A new folder where temporary files belong (TMPDIR). It is removed at the end with all that is in it; what
/// cannot be removed is told on stderr. Belongs to one thread.
class TemporaryFolder {
 public:
  /// Throws BadInput when there can be none, and std::system_error when the machine is short of something.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Makes it a file system of its own, in memory: whoever fills it takes nobody else's room. While nothing
  /// is in it, and only after prepare_sandboxes(). Throws std::system_error.
  void hold_in_memory(std::size_t most_bytes, std::size_t most_files);
  bool is_in_memory() const { return is_in_memory_; }

  /// Whether there is room for another file of some size.
  bool has_room() const;

  /// Throws BadInput when whoever runs programs cannot get there.
  void check_way_for(const Account& account) const;

 private:
  std::filesystem::path path_;
  bool is_in_memory_ = false;
};

}  // namespace parley::conform
