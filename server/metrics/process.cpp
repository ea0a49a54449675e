#include "server/metrics/process.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace parley::metrics {
namespace {

double processor_time_s() {
  constexpr double nanoseconds = 1e9;
  timespec time{};
  if (::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / nanoseconds;
}

/// When the system was started, in seconds of 1970: whole ones, so that it is the same each time.
double booted_s() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;)
    if (double seconds = 0; word == "btime" && file >> seconds) return seconds;
  return 0;
}

/// The fields of /proc/self/stat from the third on; the second, the program's name, may have blanks in it.
void read_stat(Process& process) {
  std::ifstream file("/proc/self/stat");
  std::string text(std::istreambuf_iterator<char>(file), {});
  std::istringstream fields(text.substr(std::min(text.rfind(')') + 2, text.size())));
  const auto skip = [&fields](int count) {
    for (std::string field; count > 0; --count) fields >> field;
  };
  std::uint64_t started_ticks = 0;
  std::uint64_t resident_pages = 0;
  skip(17);
  fields >> process.threads;
  skip(1);
  fields >> started_ticks >> process.virtual_bytes >> resident_pages;
  if (!fields) return;
  const double since_boot_s =
      static_cast<double>(started_ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  process.started_s = booted_s() + since_boot_s;
  process.resident_bytes = resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// Linux tells the number as the folder's size from 6.2 on; before that every descriptor has to be listed.
std::uint64_t count_open_files() {
  struct stat folder {};
  if (::stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0)
    return static_cast<std::uint64_t>(folder.st_size);
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (error) return 0;
  return static_cast<std::uint64_t>(std::distance(begin(files), end(files))) - 1;  // but the folder's own
}

}  // namespace

Process look_at_process() {
  Process process;
  process.cpu_s = processor_time_s();
  read_stat(process);
  process.open_files = count_open_files();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) process.most_open_files = limit.rlim_cur;
  return process;
}

}  // namespace parley::metrics
