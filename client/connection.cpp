#include "client/connection.hpp"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace parley::client {
namespace {

using asio::ip::tcp;

std::error_code last_error() {
  return {errno, std::system_category()};
}

/// Waits for `events` on `fd`.
std::error_code wait_for(int fd, short events, Deadline deadline, int stop_fd = -1) {
  for (;;) {
    std::array<pollfd, 2> fds{{{fd, events, 0}, {stop_fd, POLLIN, 0}}};
    const int ready = ::poll(fds.data(), fds.size(), poll_timeout_ms(deadline));
    if (ready == 0) return std::make_error_code(std::errc::timed_out);
    if (ready < 0 && errno != EINTR) return last_error();
    if (ready < 0) continue;
    if (fds[1].revents != 0) return std::make_error_code(std::errc::operation_canceled);
    return {};
  }
}

/// Without these a server whose cable was pulled is waited for without end.
void notice_dead_network(int fd) {
  const auto set = [&](int level, int option, int value) {
    (void)::setsockopt(fd, level, option, &value, sizeof value);
  };
  constexpr int silence_s = Connection::network_timeout.count();
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, silence_s / 2);
  set(IPPROTO_TCP, TCP_KEEPINTVL, silence_s / 6);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  // Keepalive rests while data is not acknowledged.
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, silence_s * 1000);
}

std::error_code connect(tcp::socket& socket, const tcp::endpoint& endpoint, Deadline deadline, int stop_fd) {
  std::error_code error;
  if (socket.is_open()) (void)socket.close(error);
  socket.open(endpoint.protocol(), error);
  if (!error) socket.native_non_blocking(true, error);
  if (error) return error;
  if (::connect(socket.native_handle(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) {
    if (errno != EINPROGRESS) return last_error();
    error = wait_for(socket.native_handle(), POLLOUT, deadline, stop_fd);
    if (error) return error;
    int code = 0;
    socklen_t length = sizeof code;
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &code, &length) != 0) return last_error();
    if (code != 0) return {code, std::system_category()};
  }
  socket.set_option(tcp::no_delay(true), error);
  if (!error) notice_dead_network(socket.native_handle());
  return error;
}

}  // namespace

int poll_timeout_ms(std::optional<Deadline> deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, 1'000'000'000));
}

std::optional<Deadline> earlier(std::optional<Deadline> left, std::optional<Deadline> right) {
  if (!left || !right) return left ? left : right;
  return std::min(*left, *right);
}

Connection::Connection() : streams_{Stream(context_), Stream(context_)} {}

std::optional<std::string> Connection::open(const std::string& host, const std::string& port,
                                            two_socket::Channel first, int stop_fd,
                                            const std::optional<TlsOptions>& tls) {
  std::error_code error;
  tcp::resolver resolver(context_);
  const auto results = resolver.resolve(host, port, tcp::resolver::numeric_service, error);
  if (error) return "the host " + host + " is not known: " + error.message();

  const Deadline end = Clock::now() + connect_timeout;
  Wire& first_wire = stream(first).wire;
  Wire& second_wire = streams_[&first_wire == &streams_[0].wire ? 1 : 0].wire;
  auto left = static_cast<int>(results.size());
  for (const auto& result : results) {
    const Deadline share = Clock::now() + (end - Clock::now()) / left--;
    error = connect(first_wire.socket(), result.endpoint(), share, stop_fd);
    if (!error) error = connect(second_wire.socket(), result.endpoint(), end, stop_fd);
    if (error) continue;
    if (!tls) return std::nullopt;
    TlsTrust trust(*tls, host, port);
    auto problem = secure(first_wire, trust, end, stop_fd);
    if (!problem) problem = secure(second_wire, trust, end, stop_fd);
    news_ = trust.news();
    return problem;
  }
  return "nobody serves " + host + " port " + port + ": " + error.message() + "; is the server running?";
}

/// TLS over a socket that is connected; a sentence part for the user when there is none.
std::optional<std::string> Connection::secure(Wire& wire, TlsTrust& trust, Deadline deadline, int stop_fd) {
  wire.secure(trust.make_stream());
  for (;;) {
    const auto step = wire.shake_hands();
    if (step == Wire::Handshake::done) return trust.judge(*wire.tls());
    if (step == Wire::Handshake::failed) return trust.describe_failure(*wire.tls());
    const short events = step == Wire::Handshake::to_send ? POLLOUT : POLLIN;
    if (const auto error = wait_for(wire.descriptor(), events, deadline, stop_fd))
      return "the server did not complete the TLS handshake: " + error.message();
  }
}

std::error_code Connection::write(two_socket::Channel channel, std::string_view frame, int stop_fd) {
  Wire& wire = stream(channel).wire;
  const Deadline deadline = Clock::now() + write_timeout;
  while (!frame.empty() || !wire.is_flushed()) {
    const auto written = wire.send(frame);
    if (written >= 0) {
      frame.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      if (const auto error = wait_for(wire.descriptor(), POLLOUT, deadline, stop_fd)) return error;
    } else if (errno != EINTR) {
      return last_error();
    }
  }
  return {};
}

Connection::Incoming Connection::read(std::optional<Deadline> deadline, int stop_fd) {
  for (;;) {
    for (Stream& stream : streams_)
      if (const auto event = next_event(stream)) return *event;
    const auto ended =
        std::ranges::find_if(streams_, [](const Stream& stream) { return stream.end_reason.has_value(); });
    if (ended != streams_.end()) {
      // What the other socket still holds was sent before the end.
      Stream& other = ended == streams_.begin() ? streams_[1] : streams_[0];
      if (!other.end_reason && last_fills_-- > 0 && fill(other)) continue;
      return Ended{*ended->end_reason};
    }
    const auto with_input =
        std::ranges::find_if(streams_, [](const Stream& stream) { return stream.wire.has_input(); });
    if (with_input != streams_.end()) {
      fill(*with_input);
      continue;
    }
    std::array<pollfd, 3> fds{{{streams_[0].wire.descriptor(), POLLIN, 0},
                               {streams_[1].wire.descriptor(), POLLIN, 0},
                               {stop_fd, POLLIN, 0}}};
    const auto silence = silent_at();
    const bool is_silence_first = silence && (!deadline || *silence < *deadline);
    const int ready = ::poll(fds.data(), fds.size(), poll_timeout_ms(is_silence_first ? silence : deadline));
    if (ready == 0 && is_silence_first) continue;
    if (ready == 0) return TimedOut{};
    if (ready < 0) continue;  // EINTR: the only error that these arguments can have
    if (fds[2].revents != 0) return Stopped{};
    for (std::size_t i = 0; i < streams_.size(); ++i)
      if (fds[i].revents != 0) fill(streams_[i]);
  }
}

void Connection::await_report(std::string recipient) {
  const MutexLock lock(awaited_mutex_);
  awaited_recipient_ = std::move(recipient);
  ++awaited_reports_;
}

/// Of one socket; a report without a line end is one, too.
std::optional<two_socket::Event> Connection::next_event(Stream& stream) {
  auto event = stream.parser.next();
  if (std::holds_alternative<two_socket::NeedMore>(event)) {
    if (stream.parser.pending().empty()) stream.silent_at.reset();
    if (!stream.silent_at || Clock::now() < *stream.silent_at) return std::nullopt;
    stream.silent_at.reset();
    const auto report = [&]() -> std::optional<two_socket::Delivered> {
      const MutexLock lock(awaited_mutex_);
      if (awaited_reports_ == 0) return std::nullopt;
      return stream.parser.take_unended_report(awaited_recipient_);
    }();
    if (!report) return std::nullopt;
    event = *report;
  }
  if (std::holds_alternative<two_socket::Delivered>(event) ||
      std::holds_alternative<two_socket::Error>(event)) {
    const MutexLock lock(awaited_mutex_);
    if (awaited_reports_ > 0) --awaited_reports_;
  }
  return event;
}

/// When the first of the sockets on which something has begun will have been silent for long enough.
std::optional<Deadline> Connection::silent_at() const {
  const auto& [one, other] = streams_;
  if (!one.silent_at || !other.silent_at) return one.silent_at ? one.silent_at : other.silent_at;
  return std::min(*one.silent_at, *other.silent_at);
}

/// Reads what is there. False when that is nothing.
bool Connection::fill(Stream& stream) {
  const auto room = stream.parser.prepare();
  const auto count = stream.wire.receive(room);
  if (count > 0) {
    stream.parser.commit(static_cast<std::size_t>(count));
    stream.silent_at = Clock::now() + report_silence;
    return true;
  }
  if (count == 0)
    stream.end_reason = stream.parser.in_frame() ? "the server closed the connection inside a message"
                                                 : "the server closed the connection";
  else if (errno != EAGAIN && errno != EINTR)
    stream.end_reason = "the connection to the server broke: " + last_error().message();
  return false;
}

bool Connection::has_ended_in_good_order() {
  for (Stream& stream : streams_) {
    if (!stream.end_reason) continue;
    pollfd reset{stream.wire.descriptor(), 0, 0};
    if (stream.wire.send("\n") != 1) return false;  // a blank line means nothing (F1.4)
    if (::poll(&reset, 1, static_cast<int>(close_timeout.count())) != 0) return false;
  }
  return true;
}

void Connection::shut_down() {
  for (Stream& stream : streams_) (void)::shutdown(stream.wire.descriptor(), SHUT_RDWR);
}

void Connection::close() {
  const Deadline deadline = Clock::now() + close_timeout;
  std::array<char, 4096> unread;
  // The receiving socket first: were the other one's end seen before the last RECEIVED, the user would be
  // gone already (R7), and a message that was shown reported as not delivered.
  for (auto stream = streams_.rbegin(); stream != streams_.rend(); ++stream) {
    if (!stream->wire.socket().is_open()) continue;
    const int fd = stream->wire.descriptor();
    stream->wire.end();
    while (!stream->end_reason && !wait_for(fd, POLLIN, deadline)) {
      const auto count = ::recv(fd, unread.data(), unread.size(), MSG_DONTWAIT);
      if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) || Clock::now() >= deadline) break;
    }
  }
}

}  // namespace parley::client
