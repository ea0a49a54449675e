#include "client/wire.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace parley::client {
namespace {

constexpr int flags = MSG_DONTWAIT | MSG_NOSIGNAL;

bool would_wait() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

Wire::Handshake Wire::shake_hands() {
  std::array<char, TlsStream::max_record_bytes> room;
  std::string_view received;
  const MutexLock lock(mutex_);
  for (;;) {
    const auto state = tls_->shake_hands(received);
    const bool is_flushed = flush();  // why it failed is also for the server
    if (state != TlsStream::State::open) return Handshake::failed;
    if (!is_flushed) return would_wait() ? Handshake::to_send : Handshake::failed;
    has_input_ = tls_->has_input();
    if (tls_->is_established()) return Handshake::done;
    if (const ssize_t count = ::recv(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
        count > 0)
      received = {room.data(), static_cast<std::size_t>(count)};
    else
      return count < 0 && would_wait() ? Handshake::to_receive : Handshake::failed;
  }
}

ssize_t Wire::send(std::string_view bytes) {
  if (tls_ == nullptr) return ::send(socket_.native_handle(), bytes.data(), bytes.size(), flags);
  const MutexLock lock(mutex_);
  if (!flush()) return -1;
  if (bytes.empty()) return 0;
  const auto count = tls_->write(bytes, {});
  if (!count) {
    errno = ENOMEM;
    return -1;
  }
  return flush() || would_wait() ? static_cast<ssize_t>(*count) : -1;
}

bool Wire::is_flushed() {
  if (tls_ == nullptr) return true;
  const MutexLock lock(mutex_);
  return tls_->outgoing().empty();
}

ssize_t Wire::receive(std::span<char> room) {
  if (tls_ == nullptr) return ::recv(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
  std::array<char, TlsStream::max_record_bytes> wire;
  std::size_t received = 0;
  if (!has_input_) {
    const ssize_t count = ::recv(socket_.native_handle(), wire.data(), wire.size(), MSG_DONTWAIT);
    if (count == 0) errno = ECONNABORTED;  // without TLS's own end somebody else may have done it
    if (count <= 0) return -1;
    received = static_cast<std::size_t>(count);
  }
  const MutexLock lock(mutex_);
  const auto [count, state] = tls_->read(room, {wire.data(), received});
  has_input_ = tls_->has_input();
  (void)flush();  // an answer of TLS itself, which may also leave with what is sent next
  if (count > 0) return static_cast<ssize_t>(count);
  if (state == TlsStream::State::ended) return 0;
  errno = state == TlsStream::State::failed ? EPROTO : EAGAIN;
  return -1;
}

void Wire::end() {
  if (tls_ != nullptr) {
    const MutexLock lock(mutex_);
    if (tls_->outgoing().empty()) tls_->end();
    (void)flush();
  }
  (void)::shutdown(socket_.native_handle(), SHUT_WR);
}

/// False, and errno, when the socket does not take all that TLS has to send.
bool Wire::flush() {
  while (!tls_->outgoing().empty()) {
    const std::string_view bytes = tls_->outgoing();
    const ssize_t count = ::send(socket_.native_handle(), bytes.data(), bytes.size(), flags);
    if (count < 0) return false;
    tls_->sent(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace parley::client
