#include "tests/conformance/process/launch.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "tests/conformance/process/as_account.hpp"
#include "tests/conformance/process/sandbox.hpp"
#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {
namespace {

constexpr std::array<std::string_view, 6> harmless_variables{"PATH", "LANG", "LANGUAGE",
                                                             "TZ",   "TERM", "JAVA_HOME"};

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

/// The rest may hold what is nobody else's business, such as the keys of whoever grades.
bool is_harmless(std::string_view name) {
  return name.starts_with("LC_") || std::ranges::find(harmless_variables, name) != harmless_variables.end();
}

void add_environment(std::vector<std::string>& variables, const Confinement& confinement) {
  const bool is_kept_apart = confinement.is_kept_apart();
  if (is_kept_apart)
    variables.push_back("HOME=" + (confinement.is_sandboxed ? sandbox_home : confinement.folder));
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view name = name_of(*variable);
    const bool is_there =
        std::ranges::any_of(variables, [&](const std::string& other) { return name_of(other) == name; });
    if (!is_there && (!is_kept_apart || is_harmless(name))) variables.emplace_back(*variable);
  }
  std::erase_if(variables,
                [](const std::string& variable) { return variable.find('=') == std::string::npos; });
}

std::vector<char*> to_pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (auto& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

bool set_limit(int resource, std::size_t value) {
  if (value == 0) return true;
  rlimit limit{};
  const auto which = static_cast<__rlimit_resource>(resource);
  if (::getrlimit(which, &limit) != 0) return false;
  limit.rlim_cur = limit.rlim_max = std::min<rlim_t>(value, limit.rlim_max);
  return ::setrlimit(which, &limit) == 0;
}

/// As it was before this program took all that it can have.
bool set_descriptors(rlim_t usual) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  limit.rlim_cur = std::min(usual, limit.rlim_max);
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

/// When the machine is out of memory the kernel is to end a program under test, not the suite.
void offer_to_be_ended_first() {
  const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  (void)!::write(file, "1000", 4);
  ::close(file);
}

constexpr char failure_sign = 'E';  // with the errno behind it; all that bwrap writes are objects of JSON

/// In the child: makes the status descriptor the one that sandbox_words() has, and closes all others.
void keep_status(int status, bool for_bubblewrap) {
  if (status < 0) status = ::open("/dev/null", O_WRONLY);
  ::dup2(status, status_descriptor);
  ::fcntl(status_descriptor, F_SETFD, for_bubblewrap ? 0 : FD_CLOEXEC);
  ::close_range(status_descriptor + 1, ~0U, 0);
}

}  // namespace

void give_way(int niceness) {
  constexpr int tries = 5;
  constexpr timespec pause{0, 30'000'000};
  if (niceness == 0) return;
  ::setpriority(PRIO_PROCESS, 0, niceness);
  const int file = ::open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
  const char digit = static_cast<char>('0' + niceness);
  for (int i = 0; file >= 0 && i < tries && ::write(file, &digit, 1) < 0 && errno == EAGAIN; ++i)
    ::nanosleep(&pause, nullptr);
  ::close(file);
}

// The shell is bash, since it gives its place to a command that is the last: the program's end and signals
// are its own.
Launch::Launch(const std::string& command, const Confinement& confinement, std::vector<std::string> variables)
    : confinement_(confinement), descriptors_(usual_descriptors()), variables_(std::move(variables)) {
  if (confinement.is_sandboxed) words_ = sandbox_words(confinement);
  // Inside, where the sandbox's processes are counted alone.
  const std::string limit = confinement.is_sandboxed && confinement.processes > 0
                                ? "ulimit -u " + std::to_string(confinement.processes) + " 2>/dev/null; "
                                : "";
  words_.insert(words_.end(), {"/bin/bash", "-c", limit + command});
  add_environment(variables_, confinement);
  arguments_ = to_pointers(words_);
  environment_ = to_pointers(variables_);
}

LaunchStatus::LaunchStatus() {
  int ends[2];
  patiently([&] {
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
      throw std::system_error(errno, std::generic_category(), "pipe");
  });
  read_ = FileDescriptor(ends[0]);
  written_ = FileDescriptor(ends[1]);
}

void LaunchStatus::throw_if_kept_by_shortage(const std::string& printed, bool is_sandboxed) const {
  std::array<char, 4096> room;
  const ssize_t count = ::read(read_.get(), room.data(), room.size());
  const std::string_view told(room.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  int error = 0;
  if (told.size() == 1 + sizeof error && told.front() == failure_sign) {
    std::memcpy(&error, told.data() + 1, sizeof error);
    throw_if_short({error, std::generic_category()}, "starting a program");
    return;
  }
  // bwrap tells how the program ended only when it was there: what it prints before is its own.
  if (is_sandboxed && told.find("\"exit-code\"") == std::string_view::npos && tells_of_shortage(printed))
    throw std::runtime_error("no sandbox can be made: '" + printed.substr(0, printed.find_first_of("\r\n")) +
                             '\'');
}

void Launch::become(int status) const {
  keep_status(status, confinement_.is_sandboxed);
  std::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  offer_to_be_ended_first();
  give_way(confinement_.niceness);
  // A limit for a whole account would count what others run, unless the account is for this alone.
  const bool counts_account = !confinement_.is_sandboxed && confinement_.account;
  const char* folder = confinement_.is_sandboxed ? "/" : confinement_.folder.c_str();
  const bool is_ready = set_limit(RLIMIT_DATA, confinement_.memory_bytes) &&
                        (!counts_account || set_limit(RLIMIT_NPROC, confinement_.processes)) &&
                        (!confinement_.is_kept_apart() || set_limit(RLIMIT_FSIZE, most_bytes_of_file)) &&
                        set_descriptors(descriptors_) &&
                        (!confinement_.account || take_account(*confinement_.account)) &&
                        ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && (*folder == '\0' || ::chdir(folder) == 0);
  if (is_ready) ::execve(arguments_.front(), arguments_.data(), environment_.data());
  std::array<char, 1 + sizeof errno> told{failure_sign};
  std::memcpy(told.data() + 1, &errno, sizeof errno);
  (void)!::write(status_descriptor, told.data(), told.size());
  ::_exit(127);
}

}  // namespace parley::conform
