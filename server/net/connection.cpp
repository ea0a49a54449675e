#include "server/net/connection.hpp"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <asio/error.hpp>
#include <cerrno>
#include <cstring>
#include <iterator>

#include "protocol/text.hpp"
#include "server/log.hpp"
#include "server/net/writer.hpp"

namespace parley {
namespace {

constexpr auto never_expires = Connection::Clock::time_point::max();
constexpr auto no_departure = [] { return std::unique_ptr<Departure>(); };

// Asio's own send would wait on EAGAIN, without limit: nobody waits for somebody else's socket here.
constexpr int send_flags = MSG_DONTWAIT | MSG_NOSIGNAL;

ssize_t send_both(int descriptor, std::string_view header, std::string_view body) {
  iovec parts[] = {{const_cast<char*>(header.data()), header.size()},
                   {const_cast<char*>(body.data()), body.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = std::size(parts);
  return ::sendmsg(descriptor, &message, send_flags);
}

void set_option(int descriptor, int level, int name, int value) {
  // Best effort: a socket whose peer has gone already refuses some, and its first read tells.
  ::setsockopt(descriptor, level, name, &value, sizeof value);
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, const Shared& shared, std::unique_ptr<TlsStream> tls)
    : peer_(peer_of(socket)),
      shared_(shared),
      socket_(std::move(socket)),
      id_(shared.writer.next_id()),
      tls_(std::move(tls)),
      label_(to_text(peer_)) {
  const int descriptor = socket_.native_handle();
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(descriptor, SOL_SOCKET, SO_SNDBUF,
             static_cast<int>(2 * (shared.limits.max_header_bytes + shared.limits.max_body_bytes)));
  set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(descriptor, SOL_SOCKET, SO_OOBINLINE, 1);  // Telnet's urgent bytes stay where they stand
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, Limits::keepalive_s / 2);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, Limits::keepalive_s / 6);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 3);
  // Keepalive rests while data is not acknowledged.
  set_option(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, Limits::keepalive_s * 1000);
}

std::size_t Connection::read_some(std::span<char> room, std::error_code& error) {
  if (tls_ != nullptr) return read_tls(room, error);
  return receive(room, error);
}

/// As the socket has it. Where there is no room it looks like the end.
std::size_t Connection::receive(std::span<char> room, std::error_code& error) {
  const ssize_t count = ::recv(socket_.native_handle(), room.data(), room.size(), 0);
  if (count > 0) return static_cast<std::size_t>(count);
  if (count == 0)
    error = asio::error::eof;
  else if (errno != EINTR)
    error.assign(errno, asio::error::get_system_category());
  return 0;
}

bool Connection::has_room_or_wake(std::size_t most_bytes) {
  const MutexLock lock(write_mutex_);
  awaited_room_ = has_room(most_bytes) ? std::nullopt : std::optional(most_bytes);
  return !awaited_room_;
}

bool Connection::wait_for_end(Clock::time_point until) {
  return waker_.wait(socket_.native_handle(), POLLRDHUP, until);
}

void Connection::finish(std::string_view last_words, End end) {
  Queue lost;  // destroyed after the lock is gone
  Next next;
  const MutexLock lock(write_mutex_);
  if (!is_open()) return;
  if (std::exchange(pause_, {}).count() > 0) {
    // What is paced would take longer than anybody waits: only what has begun is finished.
    while (!queue_.empty() && queue_.back().sent_bytes == 0) take_out(std::prev(queue_.end()), lost);
  }
  if (!last_words.empty()) (void)send_or_keep({last_words, {}, nullptr, no_departure, never_expires}, next);
  if (!is_open()) return;  // the last words did not go
  state_.store(State::finishing, std::memory_order_release);
  is_end_held_ = end == End::held;
  end_if_drained();
}

void Connection::let_end() {
  const MutexLock lock(write_mutex_);
  is_end_held_ = false;
  end_if_drained();
}

void Connection::close() noexcept {
  Queue lost;  // destroyed after the lock is gone
  {
    const MutexLock lock(write_mutex_);
    state_.store(State::closed, std::memory_order_release);
    if (std::exchange(is_watched_, false)) shared_.writer.unwatch(socket_.native_handle());
    lost.swap(queue_);
    drop_counts();
    shared_.peer_log.tell_rest(lines_, label_);
    std::error_code ignored;  // a descriptor is gone after close() whatever it returns
    socket_.close(ignored);
  }
  waker_.detach();
  shared_.lookout.tell(*this);  // who need not hold it any longer
}

Sent Connection::send(std::string_view header, std::string_view body, MakeDeparture when_waiting,
                      Clock::time_point expires) noexcept {
  return send({header, body, nullptr, when_waiting, expires});
}

Sent Connection::send(std::string_view bytes) noexcept {
  return send({bytes, {}, nullptr, no_departure, never_expires});
}

Sent Connection::send(const SharedFrame& frame, MakeDeparture when_waiting,
                      Clock::time_point expires) noexcept {
  return send({frame->bytes(), {}, &frame, when_waiting, expires});
}

Sent Connection::send(const Outgoing& outgoing) noexcept {
  Next next;
  Sent sent = Sent::never;
  try {
    {
      const MutexLock lock(write_mutex_);
      sent = send_or_keep(outgoing, next);
    }
    if (next.resume_at) shared_.writer.resume_at(id_, *next.resume_at);
  } catch (const std::exception&) {
    abort(no_memory);
    return Sent::never;
  }
  if (next.is_over_budget) shared_.writer.relieve();
  return sent;
}

Sent Connection::send_or_keep(const Outgoing& outgoing, Next& next) {
  if (!is_open()) return Sent::never;
  if (shared_.log.should_log(spdlog::level::debug)) log_frame(outgoing.header, outgoing.body);
  const bool is_paused = pause_.count() > 0 && Clock::now() < next_frame_at_;
  std::size_t sent_bytes = 0;
  if (queue_.empty() && !is_paused) {
    const auto sent = send_now(outgoing.header, outgoing.body);
    if (!sent) return Sent::never;
    sent_bytes = *sent;
    if (sent_bytes == outgoing.size() && !has_ciphertext()) {
      if (pause_.count() > 0) next_frame_at_ = Clock::now() + pause_;
      return Sent::now;
    }
  }
  return keep_rest(outgoing, sent_bytes, is_paused, next);
}

/// Of a frame of which so many bytes have been sent.
Sent Connection::keep_rest(const Outgoing& outgoing, std::size_t sent_bytes, bool is_paused, Next& next) {
  const std::size_t left_bytes = outgoing.size() - sent_bytes;
  if (waiting_bytes() + left_bytes + waiting_overhead_bytes > shared_.limits.max_queue_bytes) {
    shut_down(does_not_read);
    return Sent::never;
  }
  const bool is_first = queue_.empty();
  keep(outgoing, sent_bytes, next);
  if (is_first && is_paused)
    next.resume_at = next_frame_at_;
  else if (is_first)
    await_room();
  return is_open() ? Sent::later : Sent::never;
}

/// How many bytes the socket took, or TLS did; nullopt when the connection is over.
std::optional<std::size_t> Connection::send_now(std::string_view header, std::string_view body) {
  return tls_ != nullptr ? send_tls(header, body) : put(header, body);
}

std::optional<std::size_t> Connection::put(std::string_view header, std::string_view body) {
  const int descriptor = socket_.native_handle();
  const ssize_t sent = body.empty() ? ::send(descriptor, header.data(), header.size(), send_flags)
                                    : send_both(descriptor, header, body);
  return sent >= 0 ? std::optional(static_cast<std::size_t>(sent)) : put_nothing(errno);
}

/// For this reason: nullopt when the connection is over then.
std::optional<std::size_t> Connection::put_nothing(int reason) {
  if (reason == EAGAIN || reason == EWOULDBLOCK || reason == EINTR || reason == ENOBUFS) return 0;
  shut_down(::strerrordesc_np(reason));
  return std::nullopt;
}

void Connection::keep(const Outgoing& outgoing, std::size_t sent_bytes, Next& next) {
  Queue one(1);
  Waiting& waiting = one.front();
  if (outgoing.frame != nullptr) {
    waiting.frame = *outgoing.frame;
  } else {
    std::string bytes;
    bytes.reserve(outgoing.size());
    waiting.frame = make_frame(bytes.append(outgoing.header).append(outgoing.body));
  }
  waiting.sent_bytes = sent_bytes;
  waiting.expires = outgoing.expires;
  waiting.departure = outgoing.when_waiting();  // the last that may throw: under the lock none is destroyed
  waiting.charge = {shared_.budget, waiting_overhead_bytes};
  waiting.frame->count_in(shared_.budget);
  queue_.splice(queue_.end(), one);
  waiting_bytes_.fetch_add(outgoing.size() + waiting_overhead_bytes, std::memory_order_relaxed);
  waiting_frames_.fetch_add(1, std::memory_order_relaxed);
  next.is_over_budget = shared_.budget.is_exceeded();
}

std::optional<Connection::Clock::time_point> Connection::send_waiting() noexcept {
  Queue done;  // told, and destroyed, after the lock is gone
  std::optional<Clock::time_point> pause_ends;
  bool is_owner_to_go_on = false;
  {
    const MutexLock lock(write_mutex_);
    const auto now = Clock::now();
    bool may_send = takes_frames() && (tls_ == nullptr || put_ciphertext());
    while (may_send && !queue_.empty() && !pause_ends) {
      if (pause_.count() > 0 && now < next_frame_at_)
        pause_ends = next_frame_at_;
      else
        may_send = send_front(done, now);
    }
    if (takes_frames()) {
      if ((!queue_.empty() && !pause_ends) || has_ciphertext()) {
        await_room();
      } else {
        if (std::exchange(is_watched_, false)) shared_.writer.unwatch(socket_.native_handle());
        clear_deadline(Deadline::progress);
        end_if_drained();
      }
    }
    is_owner_to_go_on = !is_open() || (awaited_room_ && has_room(*awaited_room_));
    if (is_owner_to_go_on) awaited_room_.reset();
  }
  if (is_owner_to_go_on) wake();
  for (const Waiting& waiting : done)
    if (waiting.frame && waiting.departure) waiting.departure->has_left();
  return pause_ends;
}

/// False when the socket takes no more, or never will.
bool Connection::send_front(Queue& done, Clock::time_point now) {
  Waiting& front = queue_.front();
  if (front.sent_bytes == 0 && front.expires <= now) {
    take_out(queue_.begin(), done);
    done.back().frame = nullptr;
    return true;
  }
  const std::string_view bytes = front.frame->bytes();
  const auto sent = send_now(bytes.substr(front.sent_bytes), {});
  if (!sent) return false;
  front.sent_bytes += *sent;
  if (*sent > 0) set_deadline(Deadline::progress, now + shared_.limits.progress_timeout);
  if (front.sent_bytes < bytes.size() || has_ciphertext()) return false;
  take_out(queue_.begin(), done);
  if (pause_.count() > 0) next_frame_at_ = now + pause_;
  return true;
}

void Connection::take_out(Queue::iterator waiting, Queue& done) {
  const std::size_t bytes = waiting->frame->bytes().size() + waiting_overhead_bytes;
  waiting_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  waiting_frames_.fetch_sub(1, std::memory_order_relaxed);
  done.splice(done.end(), queue_, waiting);
}

/// The Writer goes on when the socket has room.
void Connection::await_room() {
  if (!shared_.writer.watch(socket_.native_handle(), id_, is_watched_)) return shut_down(no_memory);
  if (!std::exchange(is_watched_, true))
    set_deadline(Deadline::progress, Clock::now() + shared_.limits.progress_timeout);
}

void Connection::end_if_drained() {
  if (!is_finishing() || !queue_.empty() || is_ended_) return;
  if (!is_end_held_) {
    if (tls_ != nullptr && !end_tls()) return;
    ::shutdown(socket_.native_handle(), SHUT_WR);
    is_ended_ = true;
  } else if (deadline(Deadline::linger) != never_expires) {
    return;
  }
  set_deadline(Deadline::linger, shared_.limits.linger_timeout);
}

void Connection::relieve_server() noexcept {
  if (shared_.budget.is_exceeded()) shared_.writer.relieve();
}

void Connection::pace(std::chrono::milliseconds pause) {
  const MutexLock lock(write_mutex_);
  pause_ = pause;
}

void Connection::abort(const char* reason) noexcept {
  {
    const MutexLock lock(write_mutex_);
    if (!takes_frames()) return;
    shut_down(reason);
  }
  wake();
}

/// Destroys no Departure: their end is told by the owner, who holds no lock.
void Connection::shut_down(const char* reason) noexcept {
  state_.store(State::aborted, std::memory_order_release);
  failure_.store(reason, std::memory_order_release);
  for (Waiting& waiting : queue_) {
    waiting.frame = nullptr;
    waiting.charge = {};
  }
  drop_counts();
  ::shutdown(socket_.native_handle(), SHUT_RDWR);
}

/// Of what waited and is lost.
void Connection::drop_counts() noexcept {
  waiting_bytes_.store(0, std::memory_order_relaxed);
  waiting_frames_.store(0, std::memory_order_relaxed);
  counted_ciphertext_bytes_ = 0;
  Budget::Charge gone = std::move(ciphertext_charge_);
}

void Connection::ask_to_end(const char* reason, const Sentence& farewell) noexcept {
  if (!farewell.is_empty()) {
    const MutexLock lock(write_mutex_);
    if (farewell_.is_empty()) farewell_ = farewell;
  }
  const char* nobody = nullptr;
  end_wish_.compare_exchange_strong(nobody, reason, std::memory_order_acq_rel);
  wake();
}

Sentence Connection::farewell() const {
  const MutexLock lock(write_mutex_);
  return farewell_;
}

Traffic Connection::traffic() {
  const MutexLock lock(write_mutex_);
  if (state_.load(std::memory_order_relaxed) == State::closed) return {};
  return traffic_of(socket_.native_handle());
}

void Connection::log_frame(std::string_view header, std::string_view body) const {
  shared_.log.debug("{} < {}{}", label_, visible_beginning(header, logged_frame_bytes),
                    visible_beginning(body, logged_frame_bytes));
}

bool Connection::take_line() const {
  if (!is_somebody()) return shared_.peer_log.take_newcomer_line();
  return shared_.peer_log.take_user_line(lines_, [this] { return label(); });
}

std::string Connection::label() const {
  const MutexLock lock(write_mutex_);
  return label_;
}

void Connection::set_label(std::string label) {
  const MutexLock lock(write_mutex_);
  label_ = std::move(label);
}

asio::ip::address Connection::origin() const {
  return peer_.address().is_loopback() && peer_.address().is_v6() ? asio::ip::address_v4::loopback()
                                                                  : peer_.address();
}

AddressBytes Connection::address_bytes() const {
  return to_bytes(peer_.address());
}

}  // namespace parley
