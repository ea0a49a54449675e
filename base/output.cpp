#include "base/output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <filesystem>
#include <system_error>
#include <utility>

namespace parley {

using std::chrono::milliseconds;

namespace {

constexpr int last_stream = 2;
constexpr int most_links = 40;  // as the kernel
constexpr milliseconds longest_wait{1000};
constexpr int to_add = O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

[[noreturn]] void fail(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

bool refuse(int error) {
  errno = error;
  return false;
}

/// What takes bytes only as somebody else reads them.
bool may_block(const struct stat& status) {
  return S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode);
}

}  // namespace

void open_standard_streams(int mode) {
  for (int descriptor = 0; descriptor <= last_stream; ++descriptor)
    if (::fcntl(descriptor, F_GETFD) < 0 && ::open("/dev/null", mode) < 0)
      fail(errno, "a standard stream is closed, and /dev/null cannot take its place");
}

std::string follow_links(std::string path) {
  std::error_code none;
  for (int links = 0; links < most_links; ++links) {
    const std::filesystem::path link = path;
    if (to_descriptor(path) || !std::filesystem::is_symlink(std::filesystem::symlink_status(link, none)))
      return path;
    path = link.parent_path() / std::filesystem::read_symlink(link);
  }
  fail(ELOOP, "cannot follow " + path);
}

std::optional<int> to_descriptor(std::string_view path) {
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(folder)) continue;
    path.remove_prefix(folder.size());
    int number = -1;
    const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), number);
    if (error == std::errc() && end == path.data() + path.size() && number >= 0) return number;
  }
  return std::nullopt;
}

Output Output::to(int descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  const std::string name = "descriptor " + std::to_string(descriptor);
  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
    fail(EBADF, "cannot write to " + name + ", which is not open for it");
  Way way = Way::own;
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode)) way = Way::socket;
  if (may_block(status)) {
    // An open file of our own: that it does not block is nothing to those who have the other one.
    FileDescriptor own(::open(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), to_add));
    if (own) return Output(std::move(own));
    way = Way::shared;
  }
  FileDescriptor copy(::fcntl(descriptor, F_DUPFD_CLOEXEC, last_stream + 1));
  if (!copy) fail(errno, "cannot write to " + name);
  return {std::move(copy), way};
}

Output Output::to_end_of(const std::string& path) {
  const std::string target = follow_links(path);
  if (const auto descriptor = to_descriptor(target)) return to(*descriptor);
  constexpr mode_t before_umask = 0666;
  FileDescriptor file(::open(target.c_str(), to_add | O_CREAT, before_umask));
  // A FIFO that nobody reads: open for reading, too, it keeps what is written.
  if (!file && errno == ENXIO) file = FileDescriptor(::open(target.c_str(), (to_add & ~O_ACCMODE) | O_RDWR));
  if (!file) fail(errno, "cannot write to " + path);
  struct stat status {};
  if (::fstat(file.get(), &status) == 0 && S_ISBLK(status.st_mode)) fail(ENOTSUP, path + " is a disk");
  return Output(std::move(file));
}

bool Output::put(std::string_view text, milliseconds patience) const {
  using Clock = std::chrono::steady_clock;
  text = text.substr(0, PIPE_BUF);  // for more, poll() promises no room
  const auto end = Clock::now() + patience;
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(std::max(end - Clock::now(), Clock::duration::zero()));
    pollfd waited{file_.get(), POLLOUT, 0};
    const int ready = ::poll(&waited, 1, static_cast<int>(left.count()));
    if (ready == 0) return refuse(EAGAIN);
    const ssize_t written = ready < 0 ? -1 : write(text);
    if (written == static_cast<ssize_t>(text.size())) return true;
    if (written >= 0) return refuse(ENOSPC);
    if (errno != EINTR && (errno != EAGAIN || Clock::now() >= end)) return false;
  }
}

ssize_t Output::write(std::string_view text) const {
  if (way_ == Way::socket) return ::send(file_.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (way_ == Way::shared) {
    const iovec part{const_cast<char*>(text.data()), text.size()};
    constexpr off_t where_it_is = -1;
    const ssize_t written = ::pwritev2(file_.get(), &part, 1, where_it_is, RWF_NOWAIT);
    if (written >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS)) return written;
  }
  return ::write(file_.get(), text.data(), text.size());
}

bool put_or_drop(int descriptor, std::string_view text) {
  try {
    return Output::to(descriptor).put(text, longest_wait);
  } catch (const std::exception&) {  // closed, or no memory is left: nobody can be told
    return false;
  }
}

}  // namespace parley
