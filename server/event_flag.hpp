#pragma once

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <system_error>

namespace parley {

/// A flag that poll() can wait for beside a socket. Set once, by any thread.
class EventFlag {
 public:
  EventFlag() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  ~EventFlag() { ::close(descriptor_); }
  EventFlag(const EventFlag&) = delete;
  EventFlag& operator=(const EventFlag&) = delete;

  void set() {
    const std::uint64_t one = 1;
    // Fails only when the flag is set already.
    if (::write(descriptor_, &one, sizeof one) < 0) return;
  }

  /// Waits until the flag is set (true), or `other` is readable or `timeout` has passed (false). `other` may
  /// be -1, for none; a negative timeout waits without limit.
  bool wait(int other, std::chrono::milliseconds timeout) const {
    pollfd descriptors[] = {{descriptor_, POLLIN, 0}, {other, POLLIN, 0}};
    ::poll(descriptors, 2, static_cast<int>(timeout.count()));
    return descriptors[0].revents != 0;
  }

 private:
  const int descriptor_;
};

}  // namespace parley
