#include "tests/conformance/process/memory_watch.hpp"

#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <vector>

#include "tests/conformance/process/process_family.hpp"
#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {
namespace {

constexpr std::chrono::milliseconds memory_look_interval{200};

std::string file_of(pid_t pid, const char* name) {
  return "/proc/" + std::to_string(pid) + '/' + name;
}

/// With what it shares with others. Cheap.
std::size_t resident_bytes(pid_t pid) {
  std::ifstream file(file_of(pid, "statm"));
  std::size_t all_pages = 0;
  std::size_t resident_pages = 0;
  file >> all_pages >> resident_pages;
  return resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// Of what several share each has its part. Takes the kernel much longer.
std::size_t own_bytes(pid_t pid) {
  std::ifstream file(file_of(pid, "smaps_rollup"));
  std::size_t kibibytes = 0;
  for (std::string word; file >> word;)
    if (word == "Pss:" && file >> kibibytes) return kibibytes * 1024;
  return 0;
}

std::size_t sum_of(const std::vector<pid_t>& pids, std::size_t (*bytes)(pid_t)) {
  std::size_t sum = 0;
  for (const pid_t pid : pids) sum += bytes(pid);
  return sum;
}

}  // namespace

MemoryWatch::Place::Place(MemoryWatch& watch, pid_t leader) : watch_(watch), leader_(leader) {
  const MutexLock lock(watch_.mutex_);
  watch_.leaders_.emplace(leader_, false);
}

MemoryWatch::Place::~Place() {
  const MutexLock lock(watch_.mutex_);
  watch_.leaders_.erase(leader_);
}

std::string MemoryWatch::Place::why_ended() const {
  const MutexLock lock(watch_.mutex_);
  const auto found = watch_.leaders_.find(leader_);
  if (found == watch_.leaders_.end() || !found->second) return {};
  constexpr std::size_t mebibyte = 1024 * 1024;
  return "was ended: all that this submission ran had more than " +
         std::to_string(watch_.most_bytes_ / mebibyte) + " MiB of memory together";
}

MemoryWatch::MemoryWatch(std::size_t most_bytes)
    : most_bytes_(most_bytes), thread_(patiently([this] { return std::thread([this] { watch(); }); })) {}

MemoryWatch::~MemoryWatch() {
  done_.set();
  thread_.join();
}

void MemoryWatch::watch() {
  while (!done_.wait(-1, memory_look_interval)) {
    try {
      const MutexLock lock(mutex_);
      if (is_too_much()) end_all();
    } catch (const std::exception&) {  // the machine is short of what it takes to look: the next time
    }
  }
}

bool MemoryWatch::is_too_much() const {
  std::vector<pid_t> pids;
  for (const auto& [leader, was_ended] : leaders_) {
    pids.push_back(leader);
    for (const Process& process : descendants_of(leader)) pids.push_back(process.pid);
  }
  return sum_of(pids, resident_bytes) > most_bytes_ && sum_of(pids, own_bytes) > most_bytes_;
}

void MemoryWatch::end_all() {
  for (auto& [leader, was_ended] : leaders_) {
    const auto descendants = descendants_of(leader);
    was_ended = true;
    ::kill(leader, SIGKILL);
    for (const Process& process : descendants) end_process(process);
  }
}

}  // namespace parley::conform
