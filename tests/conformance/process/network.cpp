#include "tests/conformance/process/network.hpp"

#include <fcntl.h>
#include <sched.h>

#include <cerrno>
#include <system_error>

#include "tests/conformance/process/sandbox.hpp"
#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {

Network::Network(bool own) {
  if (!own) return;
  patiently(enter_own_network);
  handle_ = FileDescriptor(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!handle_) throw std::system_error(errno, std::generic_category(), "/proc/thread-self/ns/net");
}

void Network::enter() const {
  if (handle_ && ::setns(handle_.get(), CLONE_NEWNET) != 0)
    throw std::system_error(errno, std::generic_category(), "a network namespace");
}

}  // namespace parley::conform
