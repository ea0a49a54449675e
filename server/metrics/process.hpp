#pragma once

#include <cstdint>

namespace parley::metrics {

/// What the system says of this process. Zero where it says nothing.
struct Process {
  double cpu_s = 0;
  double started_s = 0;  ///< of 1970
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t threads = 0;
  std::uint64_t open_files = 0;
  std::uint64_t most_open_files = 0;  ///< the limit
};

/// Reads /proc/self. Any thread.
Process look_at_process();

}  // namespace parley::metrics
