#include "tests/bench/scale_machine.hpp"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "server/limits.hpp"
#include "tests/support/process.hpp"

namespace parley::bench {
namespace {

// A thread's stack is one mapping and its guard page another.
constexpr std::uint64_t mappings_per_thread = 2;
// Programs, libraries, heaps.
constexpr std::uint64_t other_mappings = 400;

std::string read_word(const std::string& path) {
  std::string word;
  std::ifstream(path) >> word;
  return word;
}

/// The value of a line "KEY: 123 kB" or "KEY : text"; empty when there is none.
std::string read_value(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || line.substr(0, line.find_last_not_of(" \t", colon - 1) + 1) != key)
      continue;
    const auto begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return {};
}

/// All threads of the machine, from "0.00 0.01 0.05 1/123 4567".
std::uint64_t count_threads() {
  std::ifstream file("/proc/loadavg");
  std::string load, ratio;
  file >> load >> load >> load >> ratio;
  return std::stoul(ratio.substr(ratio.find('/') + 1));
}

/// The limits of processes and threads of the control groups that this process is in, from the innermost out.
std::vector<Limit> control_group_limits(std::uint64_t threads) {
  std::vector<Limit> limits;
  std::string group = read_value("/proc/self/cgroup", "0");
  if (group.starts_with(':')) group.erase(0, 1);
  for (; !group.empty(); group.erase(group.rfind('/'))) {
    const std::string path = "/sys/fs/cgroup" + (group == "/" ? "" : group) + "/pids.";
    const std::string most = read_word(path + "max");
    const std::string current = read_word(path + "current");
    if (!most.empty() && most != "max" && !current.empty())
      limits.push_back({path + "max", std::stoul(most), std::stoul(current) + threads});
  }
  return limits;
}

}  // namespace

std::vector<Limit> limits_below(std::size_t users) {
  const std::uint64_t threads = 2 * users;
  const std::uint64_t all_threads = count_threads() + threads;
  const auto hard_limit = [](auto resource) {
    rlimit limit{};
    ::getrlimit(resource, &limit);
    return static_cast<std::uint64_t>(limit.rlim_max);
  };
  const auto kernel = [](const std::string& name) {
    const std::string word = read_word("/proc/sys/" + name);
    return word.empty() ? UINT64_MAX : std::stoul(word);
  };
  std::vector<Limit> limits{
      {"ulimit -Hn (open files of a process)", hard_limit(RLIMIT_NOFILE), threads + Limits::reserved_files},
      {"kernel.threads-max", kernel("kernel/threads-max"), all_threads},
      {"kernel.pid_max", kernel("kernel/pid_max"), all_threads},
      {"vm.max_map_count", kernel("vm/max_map_count"), mappings_per_thread * threads + other_mappings},
  };
  // The superuser has no limit of processes.
  if (::geteuid() != 0)
    limits.push_back({"ulimit -Hu (threads of a user)", hard_limit(RLIMIT_NPROC), all_threads});
  for (Limit& limit : control_group_limits(threads)) limits.push_back(std::move(limit));
  std::erase_if(limits, [](const Limit& limit) { return limit.value >= limit.needed; });
  return limits;
}

void raise_file_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

ProcessFigures figures_of(pid_t pid) {
  const std::string status = "/proc/" + std::to_string(pid) + "/status";
  const std::string resident = read_value(status, "VmRSS");
  const std::string threads = read_value(status, "Threads");
  if (resident.empty() || threads.empty())
    throw std::runtime_error("process " + std::to_string(pid) + " is gone");
  return {std::stod(resident), std::stoul(threads)};
}

double used_memory_kb() {
  return std::stod(read_value("/proc/meminfo", "MemTotal")) -
         std::stod(read_value("/proc/meminfo", "MemAvailable"));
}

std::string describe_package(std::string_view package) {
  try {
    test::Process query("/usr/bin/dpkg-query",
                        {"--show", "--showformat", "${Package} ${Version}\n", std::string(package)});
    return query.output().read_line();
  } catch (const std::runtime_error&) {
    return std::string(package) + " of an unknown version";
  }
}

std::string describe_machine() {
  utsname system{};
  ::uname(&system);
  const std::time_t now = std::time(nullptr);
  tm date{};
  ::gmtime_r(&now, &date);
  char day[16];
  std::strftime(day, sizeof day, "%Y-%m-%d", &date);
  std::ostringstream text;
  text << std::thread::hardware_concurrency() << " processors, " << read_value("/proc/cpuinfo", "model name")
       << ", " << system.sysname << ' ' << system.release << ", " << day;
  return text.str();
}

}  // namespace parley::bench
