#pragma once

#include <poll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <system_error>

#include "base/file_descriptor.hpp"

namespace parley {

/// A flag that poll() can wait for beside a socket. Every call is safe from any thread.
class EventFlag {
 public:
  /// Throws std::system_error when the system has no descriptor left.
  EventFlag() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!descriptor_) throw std::system_error(errno, std::generic_category(), "eventfd");
  }

  /// Readable while the flag is set.
  int descriptor() const { return descriptor_.get(); }

  void set() { (void)::eventfd_write(descriptor(), 1); }  // fails only when it is set already

  void clear() {
    std::uint64_t count = 0;
    (void)::eventfd_read(descriptor(), &count);
  }

  /// Waits until the flag is set (true), or `other` is readable or `timeout` has passed (false). `other` may
  /// be -1, for none; a negative timeout waits without limit.
  bool wait(int other, std::chrono::milliseconds timeout) const {
    pollfd descriptors[] = {{descriptor(), POLLIN, 0}, {other, POLLIN, 0}};
    ::poll(descriptors, 2, static_cast<int>(timeout.count()));
    return descriptors[0].revents != 0;
  }

 private:
  const FileDescriptor descriptor_;
};

}  // namespace parley
