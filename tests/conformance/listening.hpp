#pragma once

#include <cstdint>
#include <vector>

namespace parley::conform {

/// The inodes of the sockets that listen on the TCP port, at whatever address of this machine. Does not
/// connect: some servers take that badly. Any thread.
std::vector<unsigned long> listeners(std::uint16_t port);

}  // namespace parley::conform
