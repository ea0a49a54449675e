#pragma once

#include <cstdint>
#include <vector>

#include "base/file_descriptor.hpp"

namespace parley::conform {

/// One that takes TCP connections, at whatever address of this machine.
struct ListeningSocket {
  std::uint16_t port = 0;
  unsigned long inode = 0;
};

/// Those in the calling thread's network. Does not connect: some servers take that badly. Any thread.
std::vector<ListeningSocket> listening_sockets();

/// Whether a program that takes no precautions can listen on the port now. A port whose last connections the
/// listener has ended itself is not free for a minute.
bool is_port_free(std::uint16_t port);

/// A socket that listens on loopback in the calling thread's network and does not block; connections of a run
/// before may linger there. Of port 0 the system chooses one, which `port` is then. Any thread. Throws
/// std::system_error.
FileDescriptor listen_on_loopback(std::uint16_t& port);

}  // namespace parley::conform
