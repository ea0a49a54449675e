#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.hpp"
#include "protocol/input_buffer.hpp"
#include "tests/bench/peers_system.hpp"

namespace parley::bench {

/// One user of a system: blocking sockets and a codec. Belongs to one thread, but for shut_down(). Everything
/// throws std::runtime_error when the server is gone or refuses something.
class Client {
 public:
  /// Signs on: returns when messages to this user will reach it.
  Client(const Codec& codec, std::uint16_t port, const User& user, std::size_t body_bytes);

  void write(std::string_view bytes);

  /// The next message, whole; until the next call.
  std::string_view read_message();

  /// Whether a message has come that was not read.
  bool has_message();

  /// Throws away what has come; whether anything had.
  bool skip();

  /// A read_message() that waits throws. From any thread.
  void shut_down();

 private:
  std::string_view read(Kind wanted);
  Frame read_frame();
  bool receive(int flags);

  const Codec& codec_;
  std::size_t read_bytes_;
  InputBuffer input_;
  std::string pong_;
  std::vector<FileDescriptor> sockets_;
  int sending_ = -1;  // of sockets_, as the next
  int receiving_ = -1;
};

}  // namespace parley::bench
