#include "base/secret_prompt.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include "base/file_descriptor.hpp"
#include "base/output.hpp"

namespace parley {
namespace {

constexpr char interrupt = 0x03;
constexpr char end_of_input = 0x04;
constexpr char backspace = 0x08;
constexpr char erase_line = 0x15;
constexpr char delete_key = 0x7F;

/// Holds back what would end the program, until the terminal is as it was: then it ends by it.
class HeldSignals {
 public:
  HeldSignals() {
    sigset_t held;
    sigemptyset(&held);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&held, number);
    pthread_sigmask(SIG_BLOCK, &held, &before_);
    arrived_ = FileDescriptor(::signalfd(-1, &held, SFD_NONBLOCK | SFD_CLOEXEC));
  }
  ~HeldSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  /// Until there is something to read, or the end of it: false when a signal has come. None is taken away.
  bool wait_for(int descriptor) const {
    std::array<pollfd, 2> watched{{{arrived_.get(), POLLIN, 0}, {descriptor, POLLIN, 0}}};
    while (::poll(watched.data(), watched.size(), -1) < 0)
      if (errno != EINTR) return false;
    return watched.front().revents == 0;
  }

 private:
  sigset_t before_{};
  FileDescriptor arrived_;
};

/// A terminal that shows nothing and gives each key at once, Ctrl-C, too: so nothing that is typed can end
/// the program before the terminal is as it was.
class SilentTerminal {
 public:
  explicit SilentTerminal(int terminal) : terminal_(terminal) {
    is_silent_ = ::tcgetattr(terminal_, &before_) == 0;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    is_silent_ = is_silent_ && ::tcsetattr(terminal_, TCSAFLUSH, &silent) == 0;
  }
  ~SilentTerminal() {
    if (is_silent_) (void)::tcsetattr(terminal_, TCSAFLUSH, &before_);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

  explicit operator bool() const { return is_silent_; }

 private:
  const int terminal_;
  termios before_{};
  bool is_silent_ = false;
};

std::optional<char> read_byte(int descriptor) {
  char byte = 0;
  for (;;) {
    const ssize_t count = ::read(descriptor, &byte, 1);
    if (count == 1) return byte;
    if (count == 0 || errno != EINTR) return std::nullopt;
  }
}

/// The last character, whose bytes but the first are those of no other beginning.
void erase_character(std::string& line) {
  constexpr unsigned char continuation_mask = 0xC0;
  constexpr unsigned char continuation = 0x80;
  while (!line.empty()) {
    const auto last = static_cast<unsigned char>(line.back());
    line.back() = '\0';
    line.pop_back();
    if ((last & continuation_mask) != continuation) return;
  }
}

/// True when the line is complete; nothing when the user does not want to say it.
std::optional<bool> take_key(std::string& line, char key, std::size_t most_bytes) {
  switch (key) {
    case '\r':
    case '\n':
      return true;
    case interrupt:
      return std::nullopt;
    case end_of_input:
      if (line.empty()) return std::nullopt;
      return true;
    case backspace:
    case delete_key:
      erase_character(line);
      return false;
    case erase_line:
      wipe(line);
      return false;
    default:
      if (line.size() <= most_bytes) line += key;
      return false;
  }
}

/// One that never moves to other memory, of which a copy would stay.
std::string line_for(std::size_t most_bytes) {
  std::string line;
  line.reserve(most_bytes + 1);
  return line;
}

std::optional<Secret> take_from(std::string& line) {
  Secret secret(line);
  wipe(line);
  return secret;
}

}  // namespace

std::optional<Secret> ask_secret(int terminal, std::string_view prompt, std::size_t most_bytes) {
  const HeldSignals signals;  // first, and so the last to end
  const SilentTerminal silent(terminal);
  if (!silent) return std::nullopt;
  put_or_drop(STDERR_FILENO, prompt);
  std::string line = line_for(most_bytes);
  std::optional<bool> is_complete = false;
  while (is_complete && !*is_complete) {
    const auto key = signals.wait_for(terminal) ? read_byte(terminal) : std::nullopt;
    is_complete = key ? take_key(line, *key, most_bytes) : std::nullopt;
  }
  put_or_drop(STDERR_FILENO, "\n");
  if (is_complete) return take_from(line);
  wipe(line);
  return std::nullopt;
}

std::optional<Secret> read_secret_line(int descriptor, std::size_t most_bytes) {
  std::string line = line_for(most_bytes);
  auto byte = read_byte(descriptor);
  if (!byte) return std::nullopt;
  for (; byte && *byte != '\n'; byte = read_byte(descriptor))
    if (line.size() <= most_bytes) line += *byte;
  if (line.ends_with('\r')) line.pop_back();
  return take_from(line);
}

}  // namespace parley
