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
#include <charconv>

#include "protocol/text.hpp"

namespace parley::test {

void Screen::feed(std::string_view bytes) {
  pending_ += bytes;
  std::string_view rest = pending_;
  while (!rest.empty()) {
    if (rest[0] == '\x1b') {
      const auto end = rest.find_first_not_of("0123456789;?", 2);
      if (rest.size() < 2 || (rest[1] == '[' && end == std::string_view::npos)) break;
      if (rest[1] == '[') sequence(rest.substr(2, end - 2), rest[end]);
      rest.remove_prefix(rest[1] == '[' ? end + 1 : 2);
    } else if (static_cast<unsigned char>(rest[0]) < 0x20) {
      control(rest[0]);
      rest.remove_prefix(1);
    } else {
      const std::size_t length = utf8_sequence_length(rest);
      if (length == 0 && rest.size() < 4) break;
      put(rest.substr(0, std::max<std::size_t>(length, 1)));
      rest.remove_prefix(std::max<std::size_t>(length, 1));
    }
  }
  pending_ = std::string(rest);
}

std::string Screen::text() const {
  std::string out;
  for (const auto& cells : rows_) {
    std::string line;
    for (const auto& cell : cells) line += cell;
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  out.erase(out.find_last_not_of('\n') + 1);
  return out + "\n";
}

void Screen::put(std::string_view character) {
  // xterm wraps when the character behind a full row comes, not before.
  if (column_ == columns_) {
    go_to_row(row_ + 1);
    column_ = 0;
  }
  if (row().size() <= column_) row().resize(column_ + 1, " ");
  row()[column_++] = character;
}

void Screen::control(char byte) {
  if (byte == '\r') column_ = 0;
  if (byte == '\n') go_to_row(row_ + 1);
  if (byte == '\b' && column_ > 0) column_ = std::min(column_, columns_ - 1) - 1;
}

void Screen::sequence(std::string_view parameters, char final) {
  std::size_t count = 0;
  (void)std::from_chars(parameters.data(), parameters.data() + parameters.size(), count);
  const std::size_t n = std::max<std::size_t>(count, 1);
  auto& cells = row();
  if (cells.size() < column_) cells.resize(column_, " ");
  const auto here = cells.begin() + static_cast<std::ptrdiff_t>(column_);
  switch (final) {
    case 'A':
      row_ -= std::min(row_, n);
      break;
    case 'B':
      go_to_row(row_ + n);
      break;
    case 'C':
      column_ = std::min(column_ + n, columns_ - 1);
      break;
    case 'D':
      column_ -= std::min(column_, n);
      break;
    case 'G':
      column_ = n - 1;
      break;
    case 'J':
      rows_.resize(row_ + 1);
      [[fallthrough]];
    case 'K':
      row().resize(column_);
      break;
    case 'P':
      cells.erase(here, here + std::min(static_cast<std::ptrdiff_t>(n), cells.end() - here));
      break;
    case '@':
      cells.insert(here, n, " ");
      break;
    default:
      break;  // colours and modes
  }
}

void Screen::go_to_row(std::size_t row) {
  row_ = row;
  if (rows_.size() <= row_) rows_.resize(row_ + 1);
}

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
  std::vector<std::string> words = {"/usr/bin/env",      "-u",         "NO_COLOR",
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
  if (::write(master_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
    fail_errno(where, "typing");
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
