#include "tests/support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdint>

namespace parley::test {
namespace {

struct Pipe {
  FileDescriptor read_end;
  FileDescriptor write_end;
};

Pipe make_pipe(Where where) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail_errno(where, "pipe2");
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

std::vector<char*> to_pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const auto& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// What the child runs between fork and exec: async-signal-safe calls only. Returns when something failed.
void become(const std::vector<char*>& argv, const std::vector<char*>& envp, const ProcessOptions& options,
            const int (&streams)[3], pid_t parent) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent) return;
  for (int target = 0; target < 3; ++target)
    if (::dup2(streams[target], target) < 0) return;
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  for (const auto& [resource, value] : options.limits) {
    const rlimit limit{value, value};
    if (::setrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0) return;
  }
  ::execve(argv[0], argv.data(), envp.data());
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Exit& exit) {
  if (exit.signal != 0) return out << "ended by signal " << exit.signal;
  return out << "exit code " << exit.code;
}

Capture::Capture(FileDescriptor read_end)
    : read_end_(std::move(read_end)), stop_event_(::eventfd(0, EFD_CLOEXEC)), thread_([this] { run(); }) {}

Capture::~Capture() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(stop_event_.get(), &one, sizeof one);
  thread_.join();
}

void Capture::run() {
  char bytes[16 * 1024];
  for (;;) {
    pollfd waits[] = {{read_end_.get(), POLLIN, 0}, {stop_event_.get(), POLLIN, 0}};
    if (::poll(waits, 2, -1) < 0 && errno != EINTR) break;
    if (waits[1].revents != 0) break;
    if (waits[0].revents == 0) continue;
    const ssize_t count = ::read(read_end_.get(), bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    const std::lock_guard lock(mutex_);
    text_.append(bytes, static_cast<std::size_t>(count));
    changed_.notify_all();
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

std::optional<std::string> Capture::try_line(Deadline deadline) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline.time(),
                      [&] { return ended_ || text_.find('\n', line_begin_) != std::string::npos; });
  const auto line_end = text_.find('\n', line_begin_);
  if (line_end == std::string::npos) return std::nullopt;
  const std::string line = text_.substr(line_begin_, line_end - line_begin_);
  line_begin_ = line_end + 1;
  return line;
}

std::string Capture::read_line(Where where) {
  auto line = try_line();
  if (!line) fail(where, "expected one more line of output, all that came: " + escaped(text()));
  return *line;
}

void Capture::wait_for(std::string_view part, Deadline deadline, Where where) {
  std::unique_lock lock(mutex_);
  const auto has_part = [&] { return text_.find(part) != std::string::npos; };
  changed_.wait_until(lock, deadline.time(), [&] { return ended_ || has_part(); });
  if (!has_part()) fail(where, "expected " + escaped(part) + " in the output, which is " + escaped(text_));
}

std::string Capture::read_all(Where where) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_until(lock, Deadline().time(), [&] { return ended_; }))
    fail(where, "expected the end of the output, it is still open after " + escaped(text_));
  return text_;
}

std::string Capture::text() const {
  const std::lock_guard lock(mutex_);
  return text_;
}

Process::Process(const std::string& program, const std::vector<std::string>& arguments,
                 const ProcessOptions& options, Where where) {
  ::signal(SIGPIPE, SIG_IGN);  // write() reports a program that is gone
  Pipe input = make_pipe(where), output = make_pipe(where), error = make_pipe(where);
  Pipe failure = make_pipe(where);  // closed by a successful exec, else it brings errno

  std::vector<std::string> argument_strings = {program};
  argument_strings.insert(argument_strings.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment_strings = options.environment;  // the first of a name is found
  for (char** entry = environ; *entry != nullptr; ++entry) environment_strings.emplace_back(*entry);
  const auto argv = to_pointers(argument_strings);
  const auto envp = to_pointers(environment_strings);
  const int streams[3] = {input.read_end.get(), output.write_end.get(), error.write_end.get()};

  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) fail_errno(where, "fork");
  if (pid_ == 0) {
    become(argv, envp, options, streams, parent);
    const int reason = errno;
    [[maybe_unused]] const auto written = ::write(failure.write_end.get(), &reason, sizeof reason);
    ::_exit(127);
  }
  pid_descriptor_ = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  failure.write_end.reset();
  int reason = 0;
  if (::read(failure.read_end.get(), &reason, sizeof reason) > 0) {
    ::waitpid(pid_, nullptr, 0);
    errno = reason;
    fail_errno(where, "cannot run " + program);
  }
  input_ = std::move(input.write_end);
  ::fcntl(input_.get(), F_SETFL, O_NONBLOCK);
  output_ = std::make_unique<Capture>(std::move(output.read_end));
  if (options.read_standard_error)
    error_ = std::make_unique<Capture>(std::move(error.read_end));
  else
    unread_error_ = std::move(error.read_end);
}

Process::~Process() {
  end();
}

void Process::end() {
  if (exit_) return;
  signal(SIGTERM);
  if (try_wait(Deadline(milliseconds(1000)))) return;
  signal(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  exit_ = Exit{-1, SIGKILL};
}

void Process::write(std::string_view bytes, Where where) {
  const Deadline deadline;
  while (!bytes.empty()) {
    const ssize_t count = ::write(input_.get(), bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) fail_errno(where, "cannot write to standard input");
    pollfd wait = {input_.get(), POLLOUT, 0};
    if (::poll(&wait, 1, deadline.remaining_ms()) == 0) fail(where, "standard input is not read");
  }
}

void Process::signal(int number) const {
  if (!exit_) ::kill(pid_, number);
}

std::optional<Exit> Process::try_wait(Deadline deadline) {
  if (exit_) return exit_;
  pollfd wait = {pid_descriptor_.get(), POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&wait, 1, deadline.remaining_ms());
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0) return std::nullopt;
  int status = 0;
  ::waitpid(pid_, &status, 0);
  if (WIFEXITED(status))
    exit_ = Exit{WEXITSTATUS(status), 0};
  else
    exit_ = Exit{-1, WTERMSIG(status)};
  return exit_;
}

Exit Process::wait(Deadline deadline, Where where) {
  const auto exit = try_wait(deadline);
  if (!exit) fail(where, "the program still runs at the deadline");
  return *exit;
}

}  // namespace parley::test
