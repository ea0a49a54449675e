#include "client/chat_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "client/clock_time.hpp"
#include "client/line_layout.hpp"
#include "protocol/text.hpp"

namespace parley::client {
namespace {

std::string describe_kind(::mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

}  // namespace

std::optional<std::string> ChatLog::open(const std::string& path) {
  const auto problem = [&](const std::string& why) { return "nothing is logged: " + visible(path) + why; };
  struct stat status {};
  // Before it is opened: to open a FIFO or a device may do something.
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    return problem(" is " + describe_kind(status.st_mode) + "; --log wants a file");
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                             S_IRUSR | S_IWUSR));
  if (!file) return problem(std::string(": ") + std::strerror(errno));
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return problem(" is no file");
  path_ = path;
  file_ = std::move(file);
  return std::nullopt;
}

std::optional<std::string> ChatLog::add(std::string_view text, std::time_t time) {
  if (!file_) return std::nullopt;
  std::string plain = without_colors(text);
  const std::string clock = clock_time(time) + " ";
  if (plain.starts_with(clock)) plain.erase(0, clock.size());
  const std::string stamp = format_time(time, "%Y-%m-%d %H:%M:%S ");
  std::string lines = has_half_line_ ? "\n" : "";
  lines += stamp;
  for (const char c : plain) {
    if (c == '\r') continue;  // of the CR LF between lines: there is no other
    lines += c;
    if (c == '\n') lines += stamp;
  }
  lines += '\n';
  if (write(lines)) {
    fails_ = has_half_line_ = false;
    return std::nullopt;
  }
  const int why = errno;
  if (std::exchange(fails_, true)) return std::nullopt;
  return "the log is not written: " + visible(path_) + ": " + std::strerror(why);
}

bool ChatLog::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    has_half_line_ = true;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace parley::client
