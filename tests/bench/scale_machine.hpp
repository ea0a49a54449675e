#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What the machine allows, and what it says about a process (Linux, /proc).
namespace parley::bench {

/// One of the machine's limits that is below what is needed.
struct Limit {
  std::string name;
  std::uint64_t value = 0;
  std::uint64_t needed = 0;
};

/// Those that let no server hold so many users, of two sockets and two threads each.
std::vector<Limit> limits_below(std::size_t users);

/// The soft limit of open files to the hard one, for this process and those that it starts.
void raise_file_limit();

struct ProcessFigures {
  double resident_kb = 0;
  std::size_t threads = 0;
};

/// Of a running process; throws std::runtime_error when it is gone.
ProcessFigures figures_of(pid_t pid);

/// What nobody else can have of the machine's memory: all processes and all that the kernel holds for them,
/// the pages included that no counter of /proc/meminfo names.
double used_memory_kb();

/// Which package of Debian's is installed, such as "ngircd 26.1-1+deb12u1".
std::string describe_package(std::string_view package);

/// Processor, kernel and date, in a line for people.
std::string describe_machine();

}  // namespace parley::bench
