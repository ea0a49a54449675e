#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/thread_annotations.hpp"
#include "server/bans/ban_list.hpp"

namespace parley {

/// Where bans outlast the server: a file of JSON, one object in a line (CONTROL.md). Any thread.
class BanFile {
 public:
  /// Of more nothing is read: all bans with the longest names, four times.
  static constexpr std::size_t max_bytes = 16 * 1024 * 1024;

  /// An empty path: none. Puts what is in the file into the list, and writes the file anew, so that it is
  /// certain that this can be done later. Throws std::runtime_error, whose text names the line and says what
  /// to do.
  BanFile(std::string path, BanList& list);

  /// What the constructor throws, without writing; an empty path: nothing.
  static void check(const std::string& path);

  bool is_wanted() const { return !path_.empty(); }

  /// Writes what is in the list, unless that is in the file already. Returns why bans will not outlast the
  /// server; empty when they will. Waits for the disk.
  std::string save() EXCLUDES(mutex_);

 private:
  void write(const BanList::Snapshot& snapshot) const;

  const std::string path_;
  BanList& list_;

  Mutex mutex_;                                   // taken alone; the file is written under it
  std::uint64_t written_ GUARDED_BY(mutex_) = 0;  // the changes that are in the file
  bool is_written_ GUARDED_BY(mutex_) = false;
};

}  // namespace parley
