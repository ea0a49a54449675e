#include "tests/conformance/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <vector>

#include "tests/conformance/listening.hpp"
#include "tests/conformance/process_family.hpp"

namespace parley::conform {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kept_output_bytes = 8 * 1024;
constexpr std::size_t pipe_bytes = 64 * 1024;  // what Linux lets one hold
constexpr milliseconds time_to_terminate{1'000};
constexpr milliseconds look_interval{5};

void set_limit(int resource, std::size_t value) {
  if (value == 0) return;
  const rlimit limit{value, value};
  ::setrlimit(static_cast<__rlimit_resource>(resource), &limit);
}

/// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(const char* command, const char* folder, const ProgramLimits& limits, int output,
                         char* const* environment) {
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::close_range(3, ~0U, 0);
  std::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  set_limit(RLIMIT_DATA, limits.memory_bytes);
  // bash, since it gives its place to a command that is the last: the program's end and signals are its own
  // then.
  if (*folder == '\0' || ::chdir(folder) == 0)
    ::execle("/bin/bash", "bash", "-c", command, nullptr, environment);
  ::_exit(127);
}

}  // namespace

Program::Program(const std::string& command, const ProgramLimits& limits, const std::string& folder)
    : mark_(make_family_mark()) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0 || ::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  output_end_ = FileDescriptor(ends[0]);
  const FileDescriptor input_end(ends[1]);
  // What it leaves behind when it dies becomes ours, and can be ended.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::vector<char*> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) environment.push_back(*variable);
  environment.push_back(const_cast<char*>(mark_.c_str()));
  environment.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) become(command.c_str(), folder.c_str(), limits, input_end.get(), environment.data());
  drainer_ = std::thread([this] { drain(); });
}

Program::~Program() {
  stop();
}

void Program::drain() {
  while (!stopped_.wait(output_end_.get(), milliseconds{-1}) && read_output()) {
  }
}

/// Takes what is in the pipe; false at its end.
bool Program::read_output() {
  std::array<char, pipe_bytes> buffer;
  const std::lock_guard lock(mutex_);
  const ssize_t count = ::read(output_end_.get(), buffer.data(), buffer.size());
  if (count <= 0) return count < 0 && (errno == EINTR || errno == EAGAIN);
  output_.append(buffer.data(), static_cast<std::size_t>(count));
  printed_bytes_ += static_cast<std::size_t>(count);
  if (output_.size() > 2 * kept_output_bytes) output_.erase(0, output_.size() - kept_output_bytes);
  return true;
}

std::optional<std::string> Program::ended() {
  if (!ended_) ended_ = end_of(pid_);
  return ended_;
}

std::optional<std::string> Program::wait_for_end(milliseconds time) {
  const auto deadline = Clock::now() + time;
  while (!ended() && Clock::now() < deadline) std::this_thread::sleep_for(look_interval);
  return ended_;
}

bool Program::is_at_rest() const {
  return is_family_at_rest(pid_);
}

std::string Program::output() {
  read_output();  // its end may be seen before the thread has read what it said last
  const std::lock_guard lock(mutex_);
  return output_.size() > kept_output_bytes ? output_.substr(output_.size() - kept_output_bytes) : output_;
}

std::size_t Program::printed_bytes() {
  read_output();
  const std::lock_guard lock(mutex_);
  return printed_bytes_;
}

std::string Program::output_since(std::size_t bytes) {
  const std::size_t wanted = printed_bytes() - bytes;
  std::string kept = output();
  if (kept.size() > wanted) kept.erase(0, kept.size() - wanted);
  return kept;
}

std::chrono::milliseconds Program::processor_time() const {
  return processor_time_of(mark_, pid_);
}

/// The port may have become somebody else's since it was free.
bool Program::listens(std::uint16_t port) const {
  const auto inodes = listeners(port);
  return !inodes.empty() && std::ranges::any_of(family_of(mark_, pid_), [&](pid_t pid) {
    return std::ranges::any_of(inodes, [&](unsigned long inode) { return has_socket(pid, inode); });
  });
}

bool Program::wait_until_listening(std::uint16_t port, milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  while (!listens(port)) {
    if (ended() || Clock::now() > deadline) return false;
    std::this_thread::sleep_for(look_interval);
  }
  return true;
}

void Program::stop() {
  if (pid_ < 0) return;
  ::kill(-pid_, SIGTERM);
  wait_for_end(time_to_terminate);
  ::kill(-pid_, SIGKILL);
  wait_for_end(time_to_terminate);
  kill_family(mark_, pid_);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  stopped_.set();
  drainer_.join();
  pid_ = -1;
}

std::string substitute(std::string command, const std::string& key, const std::string& value) {
  const std::string pattern = '{' + key + '}';
  for (auto at = command.find(pattern); at != std::string::npos;
       at = command.find(pattern, at + value.size()))
    command.replace(at, pattern.size(), value);
  return command;
}

}  // namespace parley::conform
