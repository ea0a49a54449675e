#include "tests/conformance/process/process_family.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <random>
#include <sstream>
#include <string_view>
#include <system_error>

#include "base/file_descriptor.hpp"
#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {
namespace {

// Whoever forks faster than it is ended is looked for again.
constexpr int rounds_of_killing = 5;

// Of the fields of a stat file.
constexpr std::size_t state = 0;
constexpr std::size_t start_time = 19;
constexpr std::size_t user_time =
    11;  // and behind it the system's, then both of the children that have ended

// Running, or in want of that; in the middle of a system call; stopped, which none does for a peer.
constexpr std::array<std::string_view, 4> states_of_no_rest{"R", "D", "T", "t"};

constexpr const char* looking = "looking at processes";

/// Of a file in /proc; a process may end while it is read (then a stream would throw). Throws
/// std::system_error when the machine is short of something: no process is gone for that.
std::string contents(const std::string& file) {
  const FileDescriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor) throw_if_short(looking);
  std::string bytes;
  std::array<char, 4096> room;
  ssize_t count = 0;
  while ((count = ::read(descriptor.get(), room.data(), room.size())) > 0)
    bytes.append(room.data(), static_cast<std::size_t>(count));
  return bytes;
}

/// The fields of a stat file from the third on.
std::vector<std::string> fields_of(const std::string& file) {
  const std::string stat = contents(file);
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(stat.substr(name_end + 1));
  return {std::istream_iterator<std::string>(rest), {}};
}

Process process_of(pid_t pid) {
  const auto fields = stat_fields(pid);
  return {pid, fields.size() > start_time ? fields[start_time] : std::string()};
}

/// Whether it is one of them now.
bool is_of_family(pid_t pid, const std::string& mark, pid_t leader) {
  if (pid == leader) {
    const auto fields = stat_fields(pid);
    return !fields.empty() && fields[state] != "Z";
  }
  const pid_t session = ::getsid(pid);
  // Whoever is in none of this system's, as the kernel's own threads, does not come from the leader, which
  // has one.
  return session == leader ||
         (session != 0 &&
          contents("/proc/" + std::to_string(pid) + "/environ").find(mark) != std::string::npos);
}

/// SIGKILL for who has the number, if that is who is meant: from the look on to the signal it stays the same.
template <typename IsMeant>
void end_if(pid_t pid, const IsMeant& is_meant) {
  const FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process && errno == ESRCH) return;
  if (!is_meant()) return;
  if (process)
    ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
  else  // no such call, or no descriptor is left
    ::kill(pid, SIGKILL);
}

}  // namespace

std::string make_family_mark() {
  return "PARLEY_CONFORM_PROGRAM=" + std::to_string(::getpid()) + '-' +
         std::to_string(std::random_device()()) + '-' +
         std::to_string(std::chrono::steady_clock::now().time_since_epoch().count());
}

std::vector<std::string> stat_fields(pid_t pid) {
  return fields_of("/proc/" + std::to_string(pid) + "/stat");
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> pids;
  std::error_code error;
  const std::filesystem::directory_iterator end;
  std::filesystem::directory_iterator thread("/proc/" + std::to_string(parent) + "/task", error);
  throw_if_short(error, looking);
  for (; thread != end; thread.increment(error)) {
    std::istringstream children(contents(thread->path().string() + "/children"));
    for (pid_t child = 0; children >> child;) pids.push_back(child);
  }
  return pids;
}

std::vector<Process> descendants_of(pid_t ancestor) {
  std::vector<Process> found{{ancestor, {}}};
  for (std::size_t i = 0; i < found.size(); ++i)
    for (const pid_t child : children_of(found[i].pid)) found.push_back(process_of(child));
  found.erase(found.begin());
  return found;
}

void end_process(const Process& process) noexcept try {
  end_if(process.pid, [&] { return process_of(process.pid).start == process.start; });
} catch (const std::exception&) {  // nobody can tell which one it is now
}

namespace {

/// Looks at the folder of each thread of it and of its children, until one look is enough: false then.
template <typename Look>
bool look_at_threads(pid_t leader, const Look& goes_on) {
  std::error_code error;
  const std::filesystem::directory_iterator end;
  std::filesystem::directory_iterator thread("/proc/" + std::to_string(leader) + "/task", error);
  throw_if_short(error, looking);
  for (; thread != end; thread.increment(error)) {
    if (!goes_on(thread->path())) return false;
    std::istringstream children(contents(thread->path().string() + "/children"));
    for (pid_t child = 0; children >> child;)
      if (!look_at_threads(child, goes_on)) return false;
  }
  return true;
}

}  // namespace

bool is_family_at_rest(pid_t leader) {
  return look_at_threads(leader, [](const std::filesystem::path& thread) {
    const auto fields = fields_of(thread.string() + "/stat");
    return fields.empty() || std::ranges::find(states_of_no_rest, fields[state]) == states_of_no_rest.end();
  });
}

Delays delays_of_family(pid_t leader) {
  Delays delays;
  look_at_threads(leader, [&](const std::filesystem::path& thread) {
    std::istringstream numbers(contents(thread.string() + "/schedstat"));
    std::chrono::nanoseconds::rep ran = 0;
    std::chrono::nanoseconds::rep waited = 0;
    if (numbers >> ran >> waited)
      delays[static_cast<pid_t>(std::stol(thread.filename()))] = {std::chrono::nanoseconds{ran},
                                                                  std::chrono::nanoseconds{waited}};
    return true;
  });
  return delays;
}

std::chrono::milliseconds lack_of_processor(const Delays& before, const Delays& after) {
  std::chrono::nanoseconds lack{0};
  for (const auto& [thread, delay] : after) {
    const auto known = before.find(thread);
    const Delay begin = known == before.end() ? Delay{} : known->second;
    lack += std::max(std::chrono::nanoseconds{0}, (delay.waited - begin.waited) - (delay.ran - begin.ran));
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(lack);
}

std::vector<pid_t> family_of(const std::string& mark, pid_t leader) {
  std::vector<pid_t> pids;
  std::error_code error;
  const std::filesystem::directory_iterator end;
  std::filesystem::directory_iterator entry("/proc", error);
  throw_if_short(error, looking);
  for (; entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto pid = static_cast<pid_t>(std::stol(name));
    if (is_of_family(pid, mark, leader)) pids.push_back(pid);
  }
  return pids;
}

std::vector<pid_t> family_below(const std::string& mark, pid_t leader) {
  std::vector<pid_t> pids;
  for (const Process& process : descendants_of(::getpid()))
    if (is_of_family(process.pid, mark, leader)) pids.push_back(process.pid);
  return pids;
}

void kill_family(const std::string& mark, pid_t leader) noexcept try {
  for (int round = 0; round < rounds_of_killing; ++round) {
    const auto pids = patiently([&] { return family_of(mark, leader); });
    if (pids.empty()) return;
    for (const pid_t pid : pids) {
      end_if(pid, [&] { return is_of_family(pid, mark, leader); });
      if (pid != leader) ::waitpid(pid, nullptr, 0);  // fails at once for one that is not ours
    }
  }
} catch (const std::exception&) {
  ::kill(leader, SIGKILL);  // the others cannot be found
}

void kill_descendants() noexcept try {
  // The parents first: who sees its child end may start another one.
  for (const Process& process : patiently([] { return descendants_of(::getpid()); })) end_process(process);
} catch (const std::exception&) {  // they cannot be found now: whoever asked for it asks again
}

namespace {

/// The sum of the first so many of a process's times.
std::chrono::milliseconds processor_time_of(pid_t pid, std::size_t times) {
  const auto fields = stat_fields(pid);
  if (fields.size() < user_time + times) return {};
  long ticks = 0;
  for (std::size_t i = user_time; i < user_time + times; ++i) ticks += std::stol(fields[i]);
  return std::chrono::milliseconds(ticks * 1000 / ::sysconf(_SC_CLK_TCK));
}

}  // namespace

std::chrono::milliseconds processor_time_of_family(pid_t leader) {
  constexpr std::size_t with_children = 4;
  auto time = processor_time_of(leader, with_children);
  for (const Process& process : descendants_of(leader)) time += processor_time_of(process.pid, with_children);
  return time;
}

std::chrono::milliseconds processor_time_of(const std::string& mark, pid_t leader) {
  constexpr std::size_t own = 2;
  std::chrono::milliseconds time{0};
  for (const pid_t pid : family_below(mark, leader)) time += processor_time_of(pid, own);
  return time;
}

bool has_socket(pid_t pid, unsigned long inode) {
  const std::string wanted = "socket:[" + std::to_string(inode) + ']';
  std::error_code error;
  const std::filesystem::directory_iterator end;
  std::filesystem::directory_iterator file("/proc/" + std::to_string(pid) + "/fd", error);
  throw_if_short(error, looking);
  for (; file != end; file.increment(error)) {
    std::error_code closed_meanwhile;
    if (std::filesystem::read_symlink(file->path(), closed_meanwhile) == wanted) return true;
  }
  return false;
}

std::optional<std::string> end_of(pid_t pid, bool by_proxy) {
  constexpr int killed = 128;  // plus the signal
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
    return std::nullopt;
  const bool is_told =
      by_proxy && info.si_status > killed && ::sigdescr_np(info.si_status - killed) != nullptr;
  if (info.si_code == CLD_EXITED && !is_told) return "exited with code " + std::to_string(info.si_status);
  const int signal = info.si_code == CLD_EXITED ? info.si_status - killed : info.si_status;
  return "was killed by signal " + std::to_string(signal) + " (" + ::sigdescr_np(signal) + ")";
}

}  // namespace parley::conform
