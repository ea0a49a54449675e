#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/file_descriptor.hpp"

namespace parley::conform {

/// Tells which files of a folder, and of the folders in it, have changed: written, renamed, removed. Hidden
/// ones, what editors put beside a file and folders that only hold what programs make (as __pycache__) do not
/// count. Belongs to one thread.
class FileWatch {
 public:
  /// Whoever works on more folders is in the wrong one.
  static constexpr std::size_t most_folders = 2'000;

  /// `not_watched`: files that others write there. Throws BadInput when the folder has too many folders or
  /// the system has no watch left, std::system_error when it can not be watched at all.
  FileWatch(const std::filesystem::path& folder, std::vector<std::filesystem::path> not_watched);

  /// Readable when something may have changed.
  int descriptor() const { return inotify_.get(); }

  /// What has changed since the last call, with names from the folder on; does not block. Throws BadInput
  /// when the folder itself is gone.
  std::set<std::string> take_changes();

  /// A number for what is in one of these files, which is most likely another one when that is other; 0: it
  /// can not be read.
  std::size_t contents_of(const std::string& name) const;

 private:
  void watch(const std::filesystem::path& folder, std::set<std::string>* found);
  void note(const std::filesystem::path& path, std::set<std::string>& changes) const;

  const std::filesystem::path folder_;
  std::vector<std::filesystem::path> not_watched_;
  FileDescriptor inotify_;
  int root_ = -1;
  std::map<int, std::filesystem::path> folders_;  // by the watch's number
};

/// Whether people write such a file, not programs: a source or a setting, by its ending.
bool is_source(const std::string& name);

}  // namespace parley::conform
