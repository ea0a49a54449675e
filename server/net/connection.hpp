#pragma once

#include <spdlog/logger.h>

#include <array>
#include <asio/ip/tcp.hpp>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "base/thread_annotations.hpp"

namespace parley {

/// Why a connection may run out of time. Each kind has a deadline of its own; the earliest counts.
enum class Deadline : std::uint8_t { sign_on, frame, answer, linger };

/// One accepted socket. Its session's thread alone reads and closes it; any thread may write to it or end it,
/// and none of these calls blocks: the kernel's send buffer is the queue, and a peer for whom a frame does
/// not fit whole stands still and is ended.
class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  /// Takes over a connected socket and sets its options: no delay, keepalive, a send buffer of
  /// `send_buffer_bytes`. At debug level every write is logged. Never throws for a peer that has gone
  /// already.
  Connection(asio::ip::tcp::socket socket, int send_buffer_bytes, spdlog::logger& log);

  // The owning thread only.

  /// Waits for bytes. An error of asio::error::eof is the peer's end of stream, or somebody's abort().
  std::size_t read_some(std::span<char> room, std::error_code& error);

  /// True when the peer's end of stream, or a reset, has arrived, even behind bytes that are still unread.
  bool peer_has_ended();

  /// Gives the descriptor back. Later calls from anywhere do nothing.
  void close() EXCLUDES(write_mutex_);

  // Any thread.

  /// Sends header and body as one frame in one system call. False when the connection is over, or is now:
  /// a frame that did not fit ends it, and the owner's read returns.
  bool write(std::string_view header, std::string_view body = {}) EXCLUDES(write_mutex_);

  /// Ends the stream so that the peer can still read what was sent, `last_words` included: what it sends from
  /// now on is to be read and thrown away, for `linger` at most. Only the first call counts.
  void finish(std::string_view last_words, std::chrono::milliseconds linger) EXCLUDES(write_mutex_);

  /// Ends both directions at once; the owner's read returns.
  void abort(std::string_view reason) EXCLUDES(write_mutex_);

  /// finish() was called: input means nothing any more.
  bool is_finishing() const { return finishing_.load(std::memory_order_acquire); }

  /// Why abort() was called or a write failed; empty when neither happened.
  std::string failure() const EXCLUDES(write_mutex_);

  /// Sets or replaces one deadline, that long from now.
  void set_deadline(Deadline kind, std::chrono::milliseconds from_now);
  void clear_deadline(Deadline kind);

  /// The kind that has passed at `now`, if any. Once finishing, only the linger deadline counts.
  std::optional<Deadline> passed_deadline(Clock::time_point now) const;

  /// How the log names the peer: its address, later its user name.
  std::string label() const EXCLUDES(write_mutex_);
  void set_label(std::string label) EXCLUDES(write_mutex_);

  /// Where the peer is. Constant.
  const asio::ip::tcp::endpoint& peer() const { return peer_; }

 private:
  static constexpr std::int64_t never = INT64_MAX;

  bool send_whole(std::string_view header, std::string_view body) REQUIRES(write_mutex_);
  void log_frame(std::string_view header, std::string_view body) const REQUIRES(write_mutex_);
  void shut_down(std::string_view reason) REQUIRES(write_mutex_);

  const asio::ip::tcp::endpoint peer_;
  spdlog::logger& log_;
  asio::ip::tcp::socket socket_;  // read by the owner; written, shut down and closed under write_mutex_

  std::atomic<bool> finishing_{false};
  std::array<std::atomic<std::int64_t>, 4> deadlines_;  // Clock ticks, by Deadline

  mutable Mutex write_mutex_;  // the last lock but the log's own
  bool ended_ GUARDED_BY(write_mutex_) = false;
  std::string failure_ GUARDED_BY(write_mutex_);
  std::string label_ GUARDED_BY(write_mutex_);
};

/// "127.0.0.1:5050", "[::1]:5050".
std::string to_text(const asio::ip::tcp::endpoint& endpoint);

}  // namespace parley
