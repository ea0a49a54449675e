#include "server/net/connection.hpp"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <asio/buffer.hpp>
#include <cerrno>
#include <iterator>

#include "protocol/text.hpp"
#include "server/limits.hpp"

namespace parley {
namespace {

constexpr std::size_t logged_body_bytes = 200;

std::size_t index(Deadline kind) {
  return static_cast<std::size_t>(kind);
}

void set_option(int descriptor, int level, int name, int value) {
  // Best effort: a socket whose peer has gone already refuses some, and its first read tells.
  ::setsockopt(descriptor, level, name, &value, sizeof value);
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, int send_buffer_bytes, spdlog::logger& log)
    : peer_([&] {
        std::error_code error;
        return socket.remote_endpoint(error);
      }()),
      log_(log),
      socket_(std::move(socket)),
      label_(to_text(peer_)) {
  for (auto& deadline : deadlines_) deadline.store(never, std::memory_order_relaxed);
  const int descriptor = socket_.native_handle();
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(descriptor, SOL_SOCKET, SO_SNDBUF, send_buffer_bytes);
  set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(descriptor, SOL_SOCKET, SO_OOBINLINE, 1);  // Telnet's urgent bytes stay where they stand
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, Limits::keepalive_s / 2);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, Limits::keepalive_s / 6);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

std::size_t Connection::read_some(std::span<char> room, std::error_code& error) {
  return socket_.read_some(asio::buffer(room.data(), room.size()), error);
}

void Connection::close() {
  const MutexLock lock(write_mutex_);
  ended_ = true;
  std::error_code ignored;  // a descriptor is gone after close() whatever it returns
  socket_.close(ignored);
}

bool Connection::write(std::string_view header, std::string_view body) {
  const MutexLock lock(write_mutex_);
  return !ended_ && send_whole(header, body);
}

bool Connection::send_whole(std::string_view header, std::string_view body) {
  if (log_.should_log(spdlog::level::debug)) log_frame(header, body);
  iovec parts[] = {{const_cast<char*>(header.data()), header.size()},
                   {const_cast<char*>(body.data()), body.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = std::size(parts);
  // Asio's own send would wait on EAGAIN, without limit: nobody waits for somebody else's socket here.
  constexpr int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
  const ssize_t sent = body.empty() ? ::send(socket_.native_handle(), header.data(), header.size(), flags)
                                    : ::sendmsg(socket_.native_handle(), &message, flags);
  if (sent == static_cast<ssize_t>(header.size() + body.size())) return true;
  const bool full = sent >= 0 || errno == EAGAIN || errno == EWOULDBLOCK;
  shut_down(full ? "does not read what it is sent"
                 : std::error_code(errno, std::system_category()).message());
  return false;
}

void Connection::log_frame(std::string_view header, std::string_view body) const {
  const std::string text = visible(header) + visible(body.substr(0, logged_body_bytes));
  log_.debug("{} < {}{}", label_, text, body.size() > logged_body_bytes ? "..." : "");
}

void Connection::shut_down(std::string_view reason) {
  ended_ = true;
  failure_ = reason;
  ::shutdown(socket_.native_handle(), SHUT_RDWR);
}

void Connection::finish(std::string_view last_words, std::chrono::milliseconds linger) {
  const MutexLock lock(write_mutex_);
  if (ended_ || is_finishing()) return;
  if (!last_words.empty() && !send_whole(last_words, {})) return;
  ended_ = true;
  ::shutdown(socket_.native_handle(), SHUT_WR);
  set_deadline(Deadline::linger, linger);
  finishing_.store(true, std::memory_order_release);
}

void Connection::abort(std::string_view reason) {
  const MutexLock lock(write_mutex_);
  if (!socket_.is_open()) return;
  shut_down(reason);
}

std::string Connection::label() const {
  const MutexLock lock(write_mutex_);
  return label_;
}

void Connection::set_label(std::string label) {
  const MutexLock lock(write_mutex_);
  label_ = std::move(label);
}

std::string Connection::failure() const {
  const MutexLock lock(write_mutex_);
  return failure_;
}

bool Connection::peer_has_ended() {
  pollfd descriptor{socket_.native_handle(), POLLRDHUP, 0};
  return ::poll(&descriptor, 1, 0) > 0;
}

void Connection::set_deadline(Deadline kind, std::chrono::milliseconds from_now) {
  const auto at = Clock::now() + from_now;
  deadlines_[index(kind)].store(at.time_since_epoch().count(), std::memory_order_relaxed);
}

void Connection::clear_deadline(Deadline kind) {
  deadlines_[index(kind)].store(never, std::memory_order_relaxed);
}

std::optional<Deadline> Connection::passed_deadline(Clock::time_point now) const {
  const auto passed = [&](Deadline kind) {
    return deadlines_[index(kind)].load(std::memory_order_relaxed) <= now.time_since_epoch().count();
  };
  if (passed(Deadline::linger)) return Deadline::linger;
  if (is_finishing()) return std::nullopt;
  for (const auto kind : {Deadline::sign_on, Deadline::frame, Deadline::answer})
    if (passed(kind)) return kind;
  return std::nullopt;
}

std::string to_text(const asio::ip::tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return endpoint.address().is_v6() ? fmt::format("[{}]:{}", address, endpoint.port())
                                    : fmt::format("{}:{}", address, endpoint.port());
}

}  // namespace parley
