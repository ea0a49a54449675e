#pragma once

#include <cstdint>
#include <string_view>

#include "base/file_descriptor.hpp"

/// Blocking sockets at their plainest: what a client costs must not hide what a server costs.
/// Every call throws std::runtime_error when the other side is gone.
namespace parley::bench {

/// Connects to a port of 127.0.0.1, without delay.
FileDescriptor connect_to(std::uint16_t port);

/// What parleyd sets on its sockets, so that the relay pays for the same.
void set_server_options(int descriptor);

void write_all(int descriptor, std::string_view bytes);

/// Reads exactly that many bytes and throws them away.
void read_exactly(int descriptor, std::size_t bytes);

}  // namespace parley::bench
