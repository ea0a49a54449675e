#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace parley::client {

/// Owns one file descriptor.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  int fd() const { return fd_; }

 private:
  int fd_;
};

/// A flag that poll() can wait for. Any thread may call its functions.
class EventFd {
 public:
  EventFd() : descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (fd() < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }

  int fd() const { return descriptor_.fd(); }

  /// Makes fd() readable until clear().
  void signal() { (void)::eventfd_write(fd(), 1); }

  void clear() {
    std::uint64_t count = 0;
    (void)::eventfd_read(fd(), &count);
  }

 private:
  FileDescriptor descriptor_;
};

}  // namespace parley::client
