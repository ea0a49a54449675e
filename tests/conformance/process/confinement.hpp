#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace parley::conform {

/// Whom a program runs as.
struct Account {
  uid_t user = 0;
  gid_t group = 0;
};

class MemoryWatch;

/// What a copy of a submission's folder may hold, and in a sandbox also what is written to it.
inline constexpr std::size_t most_bytes_of_copy = std::size_t{1} << 30;
inline constexpr std::size_t most_files_of_copy = 200'000;

/// How long a file may become that a program which is kept apart writes to, wherever it is.
inline constexpr std::size_t most_bytes_of_file = most_bytes_of_copy;

/// What a program under test may do to the machine. As it stands: all that the suite itself may.
struct Confinement {
  std::string folder;              ///< where it starts; empty: here
  std::size_t memory_bytes = 0;    ///< writable, of each process; 0: no limit
  std::size_t processes = 0;       ///< and threads, of all together; 0: no limit
  std::optional<Account> account;  ///< another than the suite's; only root can
  /// It sees the system, read-only, its folder, an empty /tmp, /dev/shm and home, its own processes and the
  /// network of the thread that starts it. Only after prepare_sandboxes().
  bool is_sandboxed = false;
  MemoryWatch* watch = nullptr;      ///< of the memory of all together; null: nobody watches
  bool has_no_network = false;       ///< in the sandbox: not that of the thread, but only itself on loopback
  int niceness = 0;                  ///< of all its processes: how far others go before it
  std::vector<std::string> visible;  ///< in the sandbox: what else may be read
  std::vector<std::string> hidden;   ///< in the sandbox: what may not, though it is in something visible

  /// Whether it is kept from what the suite has: then it works on a copy of its folder.
  bool is_kept_apart() const { return is_sandboxed || account.has_value(); }
};

}  // namespace parley::conform
