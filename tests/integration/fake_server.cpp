#include "tests/integration/fake_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "tests/support/user.hpp"

namespace parley::test {
namespace {

void wait_readable(int fd, const std::string& what, Where where) {
  pollfd descriptor{fd, POLLIN, 0};
  if (::poll(&descriptor, 1, Deadline().remaining_ms()) != 1) fail(where, "nothing came: " + what);
}

}  // namespace

void AcceptedSocket::send(std::string_view bytes, Where where) {
  const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent != static_cast<ssize_t>(bytes.size())) fail_errno(where, "sending " + escaped(bytes));
}

void AcceptedSocket::send_byte_by_byte(std::string_view bytes, Where where) {
  for (const char& byte : bytes) send({&byte, 1}, where);
}

/// What comes next; empty at the end of the stream.
std::string AcceptedSocket::receive(Where where) {
  wait_readable(socket_.get(), "from the client", where);
  std::array<char, 64 * 1024> room;
  const auto count = ::recv(socket_.get(), room.data(), room.size(), 0);
  if (count < 0) fail_errno(where, "receiving");
  return {room.data(), static_cast<std::size_t>(count)};
}

void AcceptedSocket::expect(std::string_view bytes, Where where) {
  while (received_.size() < bytes.size() && bytes.starts_with(received_)) {
    const std::string more = receive(where);
    if (more.empty()) fail(where, "expected " + escaped(bytes) + ", then the stream ended");
    received_ += more;
  }
  if (!received_.starts_with(bytes))
    fail(where, "expected " + escaped(bytes) + ", came " + escaped(received_));
  received_.erase(0, bytes.size());
}

void AcceptedSocket::accept_registration(std::string_view channel, std::string_view name, Where where) {
  expect(register_frame(channel, name), where);
  send(registered_frame(channel, name), where);
}

void AcceptedSocket::end() {
  (void)::shutdown(socket_.get(), SHUT_WR);
}

void AcceptedSocket::reset() {
  const linger at_once{1, 0};
  (void)::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_.reset();
}

bool AcceptedSocket::has_ended() const {
  char byte = 0;
  const auto count = ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count == 0 || (count < 0 && errno != EAGAIN);
}

void AcceptedSocket::discard() {
  std::array<char, 16 * 1024> room;
  while (::recv(socket_.get(), room.data(), room.size(), MSG_DONTWAIT) > 0) continue;
}

void AcceptedSocket::expect_end(Where where) {
  if (received_.empty()) received_ = receive(where);
  if (!received_.empty()) fail(where, "expected the end of the stream, came " + escaped(received_));
}

void FakeSession::expect_send(std::string_view recipient, std::string_view text, Where where) {
  to_send.expect(send_frame(recipient, text), where);
  to_send.send(sent_frame(recipient), where);
}

void FakeSession::forward(std::string_view sender, std::string_view text, Where where) {
  to_recv.send(forward_frame(sender, text), where);
  to_recv.expect(received_frame(sender), where);
}

FakeServer::FakeServer(Where where) : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), generic, length) != 0 || ::listen(listener_.get(), 16) != 0 ||
      ::getsockname(listener_.get(), generic, &length) != 0)
    fail_errno(where, "listening");
  port_ = ntohs(address.sin_port);
}

std::vector<std::string> FakeServer::arguments(std::vector<std::string> options) const {
  options.insert(options.end(), {"alice", "--port", port()});
  return options;
}

FileDescriptor FakeServer::accept_one(Where where) {
  wait_readable(listener_.get(), "a connection", where);
  FileDescriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!socket) fail_errno(where, "accept");
  const int on = 1;
  (void)::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

FakeSession FakeServer::accept(Where where) {
  FileDescriptor first = accept_one(where);
  return {AcceptedSocket(std::move(first)), AcceptedSocket(accept_one(where))};
}

FakeSession FakeServer::accept_user(const std::string& name, Where where) {
  FakeSession session = accept(where);
  session.to_send.accept_registration("TOSEND", name, where);
  session.to_recv.accept_registration("TORECV", name, where);
  return session;
}

}  // namespace parley::test
