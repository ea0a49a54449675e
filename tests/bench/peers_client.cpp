#include "tests/bench/peers_client.hpp"

#include <sys/socket.h>

#include <stdexcept>
#include <utility>

#include "tests/bench/socket.hpp"
#include "tests/support/check.hpp"

namespace parley::bench {
namespace {

// What stands around a body is shorter in every protocol.
constexpr std::size_t most_frame_overhead_bytes = 512;

}  // namespace

Client::Client(const Codec& codec, std::uint16_t port, const User& user, std::size_t body_bytes)
    : codec_(codec), read_bytes_(body_bytes + most_frame_overhead_bytes) {
  for (const Greeting& greeting : codec.greetings(user)) {
    const int socket = sockets_.emplace_back(connect_to(port)).get();
    if (greeting.sends) sending_ = socket;
    const int receiving = std::exchange(receiving_, socket);
    write_all(socket, greeting.bytes);
    for (std::size_t i = 0; i < greeting.ready_frames; ++i) read(Kind::ready);
    if (!greeting.receives) receiving_ = receiving;
  }
}

void Client::write(std::string_view bytes) {
  write_all(sending_, bytes);
}

std::string_view Client::read_message() {
  return read(Kind::message);
}

void Client::shut_down() {
  for (const auto& socket : sockets_) ::shutdown(socket.get(), SHUT_RDWR);
}

std::string_view Client::read(Kind wanted) {
  for (;;) {
    const Frame frame = read_frame();
    if (frame.kind == wanted) return frame.bytes;
    if (frame.kind == Kind::refusal)
      throw std::runtime_error("the server says " + test::escaped(frame.bytes));
    if (frame.kind == Kind::ping) {
      pong_.assign("PONG").append(frame.bytes.substr(4));
      write_all(receiving_, pong_);
    }
  }
}

Frame Client::read_frame() {
  for (;;) {
    const Frame frame = codec_.parse(input_.pending());
    if (frame.kind != Kind::incomplete) {
      input_.consume(frame.bytes.size());
      return frame;
    }
    if (!receive(0)) throw std::runtime_error("the server is gone");
  }
}

bool Client::has_message() {
  while (receive(MSG_DONTWAIT)) {
  }
  for (;;) {
    const Frame frame = codec_.parse(input_.pending());
    if (frame.kind == Kind::incomplete || frame.kind == Kind::message) return frame.kind == Kind::message;
    input_.consume(frame.bytes.size());
  }
}

bool Client::skip() {
  const bool has_come = receive(MSG_DONTWAIT);
  has_message();
  return has_come;
}

bool Client::receive(int flags) {
  const auto room = input_.prepare(read_bytes_);
  const ssize_t got = ::recv(receiving_, room.data(), room.size(), flags);
  if (got <= 0) return false;
  input_.commit(static_cast<std::size_t>(got));
  return true;
}

}  // namespace parley::bench
