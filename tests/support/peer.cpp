#include "tests/support/peer.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

namespace parley::test {
namespace {

using AddressInfo = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

AddressInfo resolve(const std::string& host, std::uint16_t port, Where where) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* result = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &result) != 0)
    fail(where, "not an address: " + host);
  return {result, &::freeaddrinfo};
}

int wait_for(int socket, short events, int wait_ms) {
  pollfd wait = {socket, events, 0};
  int ready = 0;
  do {
    ready = ::poll(&wait, 1, wait_ms);
  } while (ready < 0 && errno == EINTR);
  return ready;
}

}  // namespace

Peer::Peer(const Endpoint& server, const PeerOptions& options, Where where) {
  const auto address = resolve(server.host, server.port, where);
  socket_ = FileDescriptor(
      ::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol));
  if (!socket_) fail_errno(where, "socket");
  const int one = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (options.receive_buffer_bytes > 0)
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &options.receive_buffer_bytes, sizeof(int));
  if (!options.source_host.empty()) {
    const auto source = resolve(options.source_host, 0, where);
    if (::bind(socket_.get(), source->ai_addr, source->ai_addrlen) != 0) fail_errno(where, "bind");
  }
  if (::connect(socket_.get(), address->ai_addr, address->ai_addrlen) != 0) {
    if (errno != EINPROGRESS) fail_errno(where, "connect");
    if (wait_for(socket_.get(), POLLOUT, Deadline().remaining_ms()) <= 0)
      fail(where, "the server does not accept the connection");
    int error = 0;
    socklen_t error_bytes = sizeof error;
    ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &error_bytes);
    if ((errno = error) != 0) fail_errno(where, "connect");
  }
}

void Peer::send(std::string_view bytes, Where where) {
  const Deadline deadline;
  while (!bytes.empty()) {
    const auto count = try_send(bytes);
    if (!count) fail_errno(where, "cannot send " + escaped(bytes));
    bytes.remove_prefix(*count);
    if (!bytes.empty() && wait_for(socket_.get(), POLLOUT, deadline.remaining_ms()) == 0)
      fail(where, "the server does not read; unsent: " + escaped(bytes));
  }
}

void Peer::send_cut(std::string_view bytes, std::size_t cut, Where where) {
  send(bytes.substr(0, cut), where);
  send(bytes.substr(cut), where);
}

void Peer::send_byte_by_byte(std::string_view bytes, Where where) {
  for (const char& byte : bytes) send({&byte, 1}, where);
}

std::optional<std::size_t> Peer::try_send(std::string_view bytes) {
  const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN || errno == EINTR) return 0;
  return std::nullopt;
}

Peer::Outcome Peer::receive(int wait_ms) {
  if (wait_for(socket_.get(), POLLIN, wait_ms) == 0)
    return wait_ms == 0 ? Outcome::nothing : Outcome::deadline;
  char bytes[16 * 1024];
  const ssize_t count = ::recv(socket_.get(), bytes, sizeof bytes, 0);
  if (count < 0) return errno == EAGAIN ? Outcome::nothing : Outcome::reset;
  if (count == 0) return Outcome::end;
  received_.append(bytes, static_cast<std::size_t>(count));
  return Outcome::data;
}

void Peer::fail_to_receive(Outcome outcome, const std::string& expected, Where where) const {
  const char* happened = outcome == Outcome::end     ? "the end of the stream came"
                         : outcome == Outcome::reset ? "the connection was reset"
                                                     : "nothing more came before the deadline";
  fail(where, "expected " + expected + "\n  received " + escaped(received_) + ", then " + happened);
}

void Peer::expect(std::string_view bytes, Where where) {
  const Deadline deadline;
  for (;;) {
    const std::size_t count = std::min(bytes.size(), received_.size());
    if (std::string_view(received_).substr(0, count) != bytes.substr(0, count))
      fail(where, "expected " + escaped(bytes) + "\n  received " + escaped(received_));
    if (count == bytes.size()) break;
    const auto outcome = receive(deadline.remaining_ms());
    if (outcome != Outcome::data && outcome != Outcome::nothing)
      fail_to_receive(outcome, escaped(bytes), where);
  }
  received_.erase(0, bytes.size());
}

std::optional<std::string> Peer::take_frame(Where where) {
  constexpr std::string_view length_field = "\nContent-length: ";
  const auto header_end = received_.find("\n\n");
  if (header_end == std::string::npos) return std::nullopt;
  std::size_t frame_bytes = header_end + 2;
  if (received_.starts_with("FORWARD ")) {
    const auto field = received_.find(length_field);
    if (field >= header_end) fail(where, "a FORWARD without Content-length: " + escaped(received_));
    frame_bytes += std::stoul(received_.substr(field + length_field.size()));
  }
  if (received_.size() < frame_bytes) return std::nullopt;
  std::string frame = received_.substr(0, frame_bytes);
  received_.erase(0, frame_bytes);
  return frame;
}

std::string Peer::receive_once(Where where) {
  const auto outcome = receive(Deadline().remaining_ms());
  if (outcome != Outcome::data) fail_to_receive(outcome, "anything", where);
  return std::exchange(received_, {});
}

std::string Peer::next_frame(Where where) {
  const Deadline deadline;
  for (;;) {
    if (auto frame = take_frame(where)) return *frame;
    const auto outcome = receive(deadline.remaining_ms());
    if (outcome != Outcome::data && outcome != Outcome::nothing) fail_to_receive(outcome, "a frame", where);
  }
}

std::optional<std::string> Peer::next_frame_or_end(Where where) {
  const Deadline deadline;
  for (;;) {
    if (auto frame = take_frame(where)) return frame;
    const auto outcome = receive(deadline.remaining_ms());
    if (outcome == Outcome::end) return std::nullopt;
    if (outcome != Outcome::data && outcome != Outcome::nothing)
      fail_to_receive(outcome, "a frame or the end of the stream", where);
  }
}

std::optional<std::string> Peer::try_next_frame(Where where) {
  for (;;) {
    if (auto frame = take_frame(where)) return frame;
    const auto outcome = receive(0);
    if (outcome == Outcome::nothing) return std::nullopt;
    if (outcome != Outcome::data) fail_to_receive(outcome, "a frame or nothing", where);
  }
}

void Peer::expect_end(Where where) {
  const std::string rest = receive_until_end(where);
  if (!rest.empty()) fail(where, "expected the end of the stream\n  received " + escaped(rest));
}

std::string Peer::receive_until_end(Where where) {
  const Deadline deadline;
  for (;;) {
    const auto outcome = receive(deadline.remaining_ms());
    if (outcome == Outcome::end) return std::exchange(received_, {});
    if (outcome == Outcome::reset || outcome == Outcome::deadline)
      fail_to_receive(outcome, "the end of the stream", where);
  }
}

void Peer::expect_gone(Where where) {
  const Deadline deadline;
  for (;;) {
    const auto outcome = receive(deadline.remaining_ms());
    if (outcome == Outcome::end || outcome == Outcome::reset) return;
    if (outcome == Outcome::deadline) fail_to_receive(outcome, "the end of the connection", where);
  }
}

bool Peer::wait_ready(bool or_writable, Deadline deadline) {
  const short events = or_writable ? POLLIN | POLLOUT : POLLIN;
  return wait_for(socket_.get(), events, deadline.remaining_ms()) > 0;
}

void Peer::half_close() {
  ::shutdown(socket_.get(), SHUT_WR);
}

void Peer::abort() {
  const linger reset_at_close = {1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &reset_at_close, sizeof reset_at_close);
  socket_.reset();
}

}  // namespace parley::test
