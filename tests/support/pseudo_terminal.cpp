#include "tests/support/pseudo_terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace parley::test {

PseudoTerminal::PseudoTerminal(const std::string& program, const std::vector<std::string>& arguments,
                               const std::vector<std::string>& environment, Where where)
    : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
  std::array<char, 64> name{};
  if (!master_ || ::grantpt(master_.get()) != 0 || ::unlockpt(master_.get()) != 0 ||
      ::ptsname_r(master_.get(), name.data(), name.size()) != 0)
    fail_errno(where, "opening a pseudo-terminal");
  slave_ = FileDescriptor(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  const winsize size{rows, columns, 0, 0};
  if (!slave_ || ::ioctl(slave_.get(), TIOCSWINSZ, &size) != 0)
    fail_errno(where, "opening a pseudo-terminal");

  // `env` applies the additions, so that the child only has to exec.
  std::vector<std::string> words = {
      "/usr/bin/env",      "-u",         "NO_COLOR",      "-u", "XDG_STATE_HOME",
      "HOME=/nonexistent", "TERM=xterm", "LC_ALL=C.UTF-8"};
  words.insert(words.end(), environment.begin(), environment.end());
  words.push_back(program);
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) fail_errno(where, "fork");
  if (pid_ == 0) {
    const bool ready = ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == parent && ::setsid() > 0 &&
                       ::ioctl(slave_.get(), TIOCSCTTY, 0) == 0 && ::dup2(slave_.get(), 0) == 0 &&
                       ::dup2(slave_.get(), 1) == 1 && ::dup2(slave_.get(), 2) == 2;
    if (ready) ::execv(argv[0], argv.data());
    ::_exit(127);
  }
}

PseudoTerminal::~PseudoTerminal() {
  if (pid_ < 0) return;
  (void)::kill(pid_, SIGKILL);
  (void)::waitpid(pid_, nullptr, 0);
}

void PseudoTerminal::type(std::string_view keys, Where where) {
  // In parts that a terminal always has room for, or both could wait for each other.
  constexpr std::size_t part = 256;
  const Deadline deadline;
  while (!keys.empty()) {
    while (read_some(Deadline(milliseconds(0)))) continue;
    pollfd descriptor{master_.get(), POLLOUT, 0};
    if (::poll(&descriptor, 1, 10) != 1) {
      if (deadline.remaining_ms() == 0) fail(where, "the program reads no keys; the screen:\n" + screen());
      continue;
    }
    const auto count = ::write(master_.get(), keys.data(), std::min(keys.size(), part));
    if (count <= 0) fail_errno(where, "typing");
    keys.remove_prefix(static_cast<std::size_t>(count));
  }
}

void PseudoTerminal::resize(std::size_t new_rows, std::size_t new_columns, Where where) {
  while (read_some(Deadline(milliseconds(0)))) continue;
  screen_.resize(new_rows, new_columns);
  const winsize size{static_cast<unsigned short>(new_rows), static_cast<unsigned short>(new_columns), 0, 0};
  if (::ioctl(master_.get(), TIOCSWINSZ, &size) != 0) fail_errno(where, "resizing a terminal");
}

/// Takes what the program has written; false when nothing came until the deadline.
bool PseudoTerminal::read_some(const Deadline& deadline) {
  pollfd descriptor{master_.get(), POLLIN, 0};
  if (::poll(&descriptor, 1, deadline.remaining_ms()) != 1) return false;
  std::array<char, 4096> room;
  const auto count = ::read(master_.get(), room.data(), room.size());
  if (count <= 0) return false;
  const std::string_view bytes(room.data(), static_cast<std::size_t>(count));
  bytes_ += bytes;
  screen_.feed(bytes);
  return true;
}

void PseudoTerminal::wait_until_read(const std::function<bool()>& condition, const std::string& what,
                                     Where where) {
  const Deadline deadline;
  while (!condition())
    if (!read_some(deadline)) fail(where, "not on the terminal: " + what + "; the screen:\n" + screen());
}

void PseudoTerminal::type_and_wait(std::string_view keys, std::string_view part, Where where) {
  type(keys, where);
  wait_for_screen(part, where);
}

void PseudoTerminal::wait_for_screen(std::string_view part, Where where) {
  wait_until_read([&] { return screen().find(part) != std::string::npos; }, escaped(part), where);
}

void PseudoTerminal::wait_for_shown(std::string_view text, Where where) {
  wait_until_read([&] { return shown() == text; }, std::string(text), where);
}

void PseudoTerminal::wait_for_shown(const std::function<bool(const std::string& shown)>& is_wanted,
                                    const std::string& what, Where where) {
  wait_until_read([&] { return is_wanted(shown()); }, what, where);
}

void PseudoTerminal::wait_for_cursor(std::size_t row, std::size_t column, Where where) {
  wait_until_read([&] { return screen_.row_index() == row && screen_.column() == column; },
                  "the cursor in row " + std::to_string(row) + ", column " + std::to_string(column), where);
}

void PseudoTerminal::wait_for_bytes(std::string_view part, std::size_t from, Where where) {
  wait_until_read([&] { return bytes_.find(part, from) != std::string::npos; }, escaped(part), where);
}

void PseudoTerminal::signal(int number) const {
  (void)::kill(pid_, number);
}

void PseudoTerminal::stop_output(Where where) {
  if (::tcflow(slave_.get(), TCOOFF) != 0) fail_errno(where, "stopping a terminal");
}

void PseudoTerminal::resume_output(Where where) {
  if (::tcflow(slave_.get(), TCOON) != 0) fail_errno(where, "resuming a terminal");
}

void PseudoTerminal::wait_until_keys_are_read(Where where) {
  int waiting = 1;
  wait_until([&] { return ::ioctl(slave_.get(), FIONREAD, &waiting) == 0 && waiting == 0; },
             "the keys to be read", Deadline(), where);
}

bool PseudoTerminal::is_in_line_mode() const {
  termios modes{};
  return ::tcgetattr(slave_.get(), &modes) == 0 && (modes.c_lflag & ICANON) != 0 &&
         (modes.c_lflag & ECHO) != 0;
}

Exit PseudoTerminal::wait(Where where) {
  int status = 0;
  // Reading goes on, or a program with much to say could not end.
  wait_until(
      [&] {
        while (read_some(Deadline(milliseconds(0)))) continue;
        return ::waitpid(pid_, &status, WNOHANG) == pid_;
      },
      "the end of the program", Deadline(), where);
  pid_ = -1;
  while (read_some(Deadline(milliseconds(0)))) continue;
  return WIFEXITED(status) ? Exit{WEXITSTATUS(status)} : Exit{-1, WTERMSIG(status)};
}

}  // namespace parley::test
