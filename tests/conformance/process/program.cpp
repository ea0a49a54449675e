#include "tests/conformance/process/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "tests/conformance/process/launch.hpp"
#include "tests/conformance/process/patience.hpp"
#include "tests/conformance/process/process_family.hpp"
#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kept_output_bytes = 8 * 1024;
constexpr std::size_t pipe_bytes = 64 * 1024;  // what Linux lets one hold
constexpr milliseconds program_end_time{1'000};
constexpr milliseconds end_look_interval{5};

// Many first open a port for something else, such as a debugger.
constexpr milliseconds time_to_listen_elsewhere{1'000};
constexpr milliseconds elsewhere_interval{100};

/// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(const Launch& launch, int input, int output, int status) {
  ::setsid();
  ::dup2(input >= 0 ? input : ::open("/dev/null", O_RDONLY), STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  launch.become(status);
}

}  // namespace

Program::Program(const std::string& command, const Confinement& confinement, Input input)
    : is_sandboxed_(confinement.is_sandboxed), mark_(make_family_mark()) {
  // What it leaves behind when it dies becomes ours, and can be ended.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const Launch launch(command, confinement, {mark_});
  patiently([&] { start(launch, input); });
  try {
    if (confinement.watch != nullptr)
      watched_ = std::make_unique<MemoryWatch::Place>(*confinement.watch, pid_);
    drainer_ = patiently([this] { return std::thread([this] { drain(); }); });
  } catch (...) {
    stop();
    throw;
  }
}

void Program::start(const Launch& launch, Input input) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0 || ::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  output_end_ = FileDescriptor(ends[0]);
  const FileDescriptor input_end(ends[1]);
  FileDescriptor typed_end;
  if (input == Input::typed) {
    if (::pipe2(ends, O_CLOEXEC) != 0 || ::fcntl(ends[1], F_SETFL, O_NONBLOCK) != 0)
      throw std::system_error(errno, std::generic_category(), "pipe");
    typed_end = FileDescriptor(ends[0]);
    keyboard_ = FileDescriptor(ends[1]);
  }
  pid_ = ::fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) become(launch, typed_end ? typed_end.get() : -1, input_end.get(), status_.end_of_child());
  status_.close_end_of_child();
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
  const MutexLock lock(mutex_);
  const ssize_t count = ::read(output_end_.get(), buffer.data(), buffer.size());
  if (count <= 0) return count < 0 && (errno == EINTR || errno == EAGAIN);
  output_.append(buffer.data(), static_cast<std::size_t>(count));
  printed_bytes_ += static_cast<std::size_t>(count);
  if (output_.size() > 2 * kept_output_bytes) output_.erase(0, output_.size() - kept_output_bytes);
  return true;
}

/// True when it has just ended.
bool Program::note_end() {
  if (ended_) return false;
  ended_ = end_of(pid_, is_sandboxed_);
  const std::string excess = ended_ && watched_ ? watched_->why_ended() : "";
  if (!excess.empty()) ended_ = excess;
  return ended_ && excess.empty();
}

std::optional<std::string> Program::ended() {
  if (note_end()) status_.throw_if_kept_by_shortage(output(), is_sandboxed_);
  return ended_;
}

std::optional<std::string> Program::wait_for_end(milliseconds time) {
  const auto deadline = Clock::now() + time;
  while (!ended() && Clock::now() < deadline) std::this_thread::sleep_for(end_look_interval);
  return ended_;
}

/// While it is being ended it may never have begun, and that is nobody's fault.
void Program::wait_until_ended(milliseconds time) {
  const auto deadline = Clock::now() + time;
  for (note_end(); !ended_ && Clock::now() < deadline; note_end())
    std::this_thread::sleep_for(end_look_interval);
}

Delays Program::delays() const {
  return delays_of_family(pid_);
}

bool Program::is_at_rest() const {
  return is_family_at_rest(pid_);
}

std::chrono::milliseconds Program::work() const {
  return processor_time_of_family(pid_);
}

std::string Program::output() {
  read_output();  // its end may be seen before the thread has read what it said last
  const MutexLock lock(mutex_);
  return output_.size() > kept_output_bytes ? output_.substr(output_.size() - kept_output_bytes) : output_;
}

void Program::type(const std::string& line) {
  const std::string keys = line + '\n';
  if (keyboard_) (void)!::write(keyboard_.get(), keys.data(), keys.size());
}

std::size_t Program::printed_bytes() {
  read_output();
  const MutexLock lock(mutex_);
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

/// Nobody else is in the network of a sandbox; outside, a port may have become somebody else's since it was
/// free.
bool Program::has(const ListeningSocket& socket, const std::vector<pid_t>& family) const {
  return is_sandboxed_ ||
         std::ranges::any_of(family, [&](pid_t pid) { return has_socket(pid, socket.inode); });
}

std::vector<std::uint16_t> Program::listening_ports() const {
  // Sockets first: who has left the family since, and listens now, is not in it.
  const auto sockets = listening_sockets();
  const auto family = is_sandboxed_ ? std::vector<pid_t>{} : family_below(mark_, pid_);
  std::vector<std::uint16_t> ports;
  for (const ListeningSocket& socket : sockets)
    if (has(socket, family)) ports.push_back(socket.port);
  std::ranges::sort(ports);
  ports.erase(std::unique(ports.begin(), ports.end()),
              ports.end());  // one may be there twice, with IPv4 and IPv6
  return ports;
}

std::optional<std::uint16_t> Program::wait_until_listening(const std::vector<std::uint16_t>& ports,
                                                           Patience& patience,
                                                           const std::function<void()>& meanwhile) {
  auto next_look_elsewhere = Clock::now();
  std::optional<Clock::time_point> elsewhere_since;
  for (;;) {
    if (meanwhile) meanwhile();
    const auto sockets = listening_sockets();
    const bool may_be_there = std::ranges::any_of(
        sockets, [&](const auto& socket) { return std::ranges::find(ports, socket.port) != ports.end(); });
    const auto now = Clock::now();
    if (may_be_there || now >= next_look_elsewhere) {
      const auto own = listening_ports();
      for (const auto port : ports)
        if (std::ranges::binary_search(own, port)) return port;
      if (!own.empty() && !elsewhere_since) elsewhere_since = now;
      next_look_elsewhere = now + elsewhere_interval;
    }
    const bool stays_elsewhere =
        elsewhere_since && now > *elsewhere_since + time_to_listen_elsewhere && is_at_rest();
    if (ended() || patience.left().count() == 0 || stays_elsewhere) return std::nullopt;
    std::this_thread::sleep_for(end_look_interval);
  }
}

void Program::stop() {
  if (pid_ < 0) return;
  ::kill(-pid_, SIGTERM);
  wait_until_ended(program_end_time);
  ::kill(-pid_, SIGKILL);
  wait_until_ended(program_end_time);
  watched_.reset();
  kill_family(mark_, pid_);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  stopped_.set();
  if (drainer_.joinable()) drainer_.join();
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
