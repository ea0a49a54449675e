#pragma once

#include <array>
#include <asio/ip/tcp.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/thread_annotations.hpp"
#include "client/tls_trust.hpp"
#include "client/wire.hpp"
#include "protocol/two_socket.hpp"
#include "protocol/two_socket_parser.hpp"

namespace parley::client {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

/// For poll(): the milliseconds until `deadline`, rounded up, 0 when it has passed, -1 when there is none.
int poll_timeout_ms(std::optional<Deadline> deadline);

/// The one that passes first, where there is one.
std::optional<Deadline> earlier(std::optional<Deadline> left, std::optional<Deadline> right);

/// The two sockets to one server, with TLS over them or without, and the bytes that came on them. At any time
/// one thread may write to a channel, and one thread read (from both).
class Connection {
 public:
  /// Opening both sockets takes no longer than this, whatever the name resolves to.
  static constexpr std::chrono::seconds connect_timeout{10};
  /// A server that takes nothing for this long does not read any more.
  static constexpr std::chrono::seconds write_timeout{10};
  /// How long the end waits for the server to read what was sent last, so that no reset overtakes it.
  static constexpr std::chrono::milliseconds close_timeout{300};

  /// A network that carries nothing for this long is dead.
  static constexpr std::chrono::seconds network_timeout{60};

  /// A report that has no line end yet is taken for one that has none after so much silence (M2.5).
  static constexpr std::chrono::milliseconds report_silence{500};

  Connection();

  /// Opens both sockets, `first` before the other; tries each address that `host` has. Returns a sentence
  /// part for the user when it could not, or `stop_fd` has become readable.
  std::optional<std::string> open(const std::string& host, const std::string& port,
                                  two_socket::Channel first = two_socket::Channel::to_send, int stop_fd = -1,
                                  const std::optional<TlsOptions>& tls = {});

  /// What the user is to be told of a server whose certificate was new; empty when there is nothing.
  const std::string& news() const { return news_; }

  /// A SEND to this user is about to be written: from here on a report without a line end is one on it.
  void await_report(std::string recipient) EXCLUDES(awaited_mutex_);

  /// Sends a frame in one write (F4). An error means that the connection is of no use any more.
  std::error_code write(two_socket::Channel channel, std::string_view frame, int stop_fd = -1);

  struct Ended {
    std::string reason;
  };
  struct TimedOut {};
  struct Stopped {};
  using Incoming = std::variant<two_socket::Event, Ended, TimedOut, Stopped>;

  /// The next event that the server sent, on either socket (never NeedMore); waits until `deadline`, or until
  /// `stop_fd` is readable. The event's string_views live until the next call.
  Incoming read(std::optional<Deadline> deadline, int stop_fd = -1);

  /// After read() returned Ended: whether the server is still there and takes what comes, as one does that
  /// has ended the connection on purpose and waits for our end. Waits for close_timeout at most.
  bool has_ended_in_good_order();

  /// Both directions end at once; a read() on another thread returns Ended.
  void shut_down();

  /// No reader and no writer is left: ends properly, so that the server can read what was sent last.
  void close();

 private:
  struct Stream {
    explicit Stream(asio::io_context& context) : wire(context) {}
    Wire wire;
    two_socket::Parser parser{two_socket::Side::server};
    std::optional<std::string> end_reason;
    std::optional<Deadline> silent_at;  // then what has come may be a report without a line end
  };

  Stream& stream(two_socket::Channel channel) {
    return streams_[channel == two_socket::Channel::to_send ? 0 : 1];
  }
  static std::optional<std::string> secure(Wire& wire, TlsTrust& trust, Deadline deadline, int stop_fd);
  static bool fill(Stream& stream);
  std::optional<two_socket::Event> next_event(Stream& stream) EXCLUDES(awaited_mutex_);
  std::optional<Deadline> silent_at() const;

  asio::io_context context_;
  std::array<Stream, 2> streams_;  // the one for sending comes first: answers are seen before messages
  int last_fills_ = 16;            // reads from one socket after the other has ended

  std::string news_;

  Mutex awaited_mutex_;                                       // taken alone
  std::string awaited_recipient_ GUARDED_BY(awaited_mutex_);  // of the last SEND
  std::size_t awaited_reports_ GUARDED_BY(awaited_mutex_) = 0;
};

}  // namespace parley::client
