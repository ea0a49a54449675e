#include "server/port_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace parley {
namespace {

constexpr std::chrono::milliseconds at_once{0};

/// A new file beside the target, removed unless it was given the target's name.
class Draft {
 public:
  /// No descriptor, and errno, when there can be none.
  explicit Draft(const std::string& target)
      : path_(target + ".XXXXXX"), file_(::mkostemp(path_.data(), O_CLOEXEC)) {}
  ~Draft() {
    if (file_) ::unlink(path_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  /// The file, open, once all of it is in place; otherwise none, and errno.
  FileDescriptor put(std::string_view text, const std::string& target) {
    constexpr mode_t before_umask = 0666;
    const mode_t mask = ::umask(0);  // there is no way to read it alone
    ::umask(mask);
    if (!file_ || ::fchmod(file_.get(), before_umask & ~mask) != 0) return {};
    const ssize_t written = ::write(file_.get(), text.data(), text.size());
    if (written >= 0 && static_cast<std::size_t>(written) < text.size()) errno = ENOSPC;
    if (written != static_cast<ssize_t>(text.size()) || std::rename(path_.c_str(), target.c_str()) != 0)
      return {};
    return std::move(file_);
  }

 private:
  std::string path_;
  FileDescriptor file_;
};

}  // namespace

PortFile::PortFile(std::string path) : path_(std::move(path)) {
  if (const auto descriptor = to_descriptor(follow_links(path_))) descriptor_ = Output::to(*descriptor);
}

bool PortFile::publish(std::string_view text) {
  if (path_.empty()) return true;
  if (descriptor_) return put(*descriptor_, text);
  const std::string target = follow_links(path_);
  struct stat status {};
  if (::stat(target.c_str(), &status) != 0 || S_ISREG(status.st_mode)) {
    replace(target, text);
    return true;
  }
  if (!S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode))
    throw std::runtime_error("cannot write the port to " + path_ + ": it is no file, FIFO or terminal");
  FileDescriptor file(::open(target.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file && errno == ENXIO && S_ISFIFO(status.st_mode)) return false;
  if (!file) fail();
  return put(Output(std::move(file)), text);
}

void PortFile::withdraw() noexcept {
  struct stat there {};
  struct stat own {};
  if (own_ && ::fstat(own_.get(), &own) == 0 && ::lstat(target_.c_str(), &there) == 0 &&
      own.st_dev == there.st_dev && own.st_ino == there.st_ino)
    ::unlink(target_.c_str());
  own_.reset();
}

void PortFile::replace(const std::string& target, std::string_view text) {
  Draft draft(target);
  own_ = draft.put(text, target);
  if (!own_) fail();
  target_ = target;
}

bool PortFile::put(const Output& output, std::string_view text) const {
  if (output.put(text, at_once)) return true;
  if (errno != EAGAIN) fail();
  return false;
}

void PortFile::fail() const {
  throw std::system_error(errno, std::generic_category(), "cannot write the port to " + path_);
}

}  // namespace parley
