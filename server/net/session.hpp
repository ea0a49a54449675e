#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/function_ref.hpp"
#include "protocol/gate.hpp"
#include "protocol/input_buffer.hpp"
#include "server/counters.hpp"
#include "server/net/connection.hpp"
#include "server/net/flood.hpp"

namespace parley {

/// One accepted socket's conversation: a thread of its own runs it from accept to close, and everything that
/// belongs to it is that thread's. Others leave a wish on the Connection and wake it. A dialect is a derived
/// class; this one is the loop that they share.
class Session {
 public:
  using Clock = Connection::Clock;

  /// `dialect`: its name in the table of dialects.
  Session(std::shared_ptr<Connection> connection, std::string_view dialect, const Flood& flood,
          std::chrono::milliseconds frame_timeout)
      : connection_(std::move(connection)), dialect_(dialect), flood_(flood), frame_timeout_(frame_timeout) {}
  virtual ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The session's own thread: converses until the stream ends, leaves, sends what still waits to a peer that
  /// has only ended its own stream, and closes.
  void run() noexcept;

  /// Constant; any thread.
  Connection& connection() const { return *connection_; }

  /// After run(), on the same thread: why the server ended the connection; nothing when it did not.
  std::optional<Drop> drop() const;
  /// The same of TLS: why it did not come about, unless it did, or the server ended it.
  std::optional<HandshakeFault> handshake_fault() const { return handshake_fault_; }

 protected:
  const std::shared_ptr<Connection>& shared_connection() const { return connection_; }

  std::string_view dialect() const { return dialect_; }

  /// The last look at the clock: when what is acted on now was read, or later.
  Clock::time_point now() const { return now_; }

  /// First bytes have come that may still be another protocol's; the parser has not seen them.
  bool is_holding_input() const { return gate_ && gate_->is_holding(); }

  /// What the peer asked for counts.
  void charge_request() { flood_.charge_request(now_); }
  void charge_bytes(std::size_t count) { flood_.charge_bytes(count, now_); }
  /// So much has come that asks for nothing.
  void charge_noise(std::size_t bytes) { flood_.charge_noise(bytes, now_); }
  /// The peer has asked for more than it may in this time.
  bool is_flooding() const { return flood_.next_at(now_) > now_; }

  /// A request is complete. Called behind each, and before who waits within one attends: what a peer waits
  /// for is not its frame's time.
  void end_frame() {
    if (!frame_is_timed_) return;
    frame_is_timed_ = false;
    connection_->clear_deadline(Deadline::frame);
  }

  /// The conversation is being ended for this. The first reason counts.
  void note_drop(Drop why) {
    if (!drop_) drop_ = why;
  }

  /// Acts on what others wish and on deadlines that have passed; for who waits within a request.
  void attend();

  /// Waits within a request until `is_done`, which is asked anew whenever somebody has called wake(), or
  /// until the time has come, and attends meanwhile. False: the conversation is over, as it is when the peer
  /// ends its stream.
  bool await(FunctionRef<bool()> is_done, Clock::time_point until);

  /// Where the next read goes, and then what has come of a request that is not complete.
  struct NextRead {
    std::span<char> space;
    bool is_in_request = false;     ///< which is to be complete within the frame time
    std::size_t charged_bytes = 0;  ///< of the parser's memory, which making space may change
  };
  /// The bytes to be charged for what a parser keeps. A user may keep what a large request has taken for the
  /// next one; whoever is nobody may not.
  std::size_t memory_of(const InputBuffer& input) const {
    const std::size_t grown_bytes = input.grown_bytes();
    const bool is_spared = grown_bytes > 0 && connection_->is_somebody() && input.pending().empty();
    return is_spared ? 0 : grown_bytes;
  }

  /// While more than this waits for the peer nothing is read from it: it may not ask for more than it reads.
  virtual std::size_t most_waiting_bytes() const { return connection_->limits().max_queue_bytes / 2; }

 private:
  // The session's own thread.

  /// How long the TLS handshake may take, where there is one.
  virtual std::chrono::milliseconds handshake_timeout() const {
    return connection_->limits().registration_timeout;
  }
  /// Before the first read.
  virtual void begin() {}
  /// The parser's space for the next read; after handle_next() returned false.
  virtual NextRead prepare() = 0;
  /// The first `count` bytes of that are the parser's.
  virtual void commit(std::size_t count) = 0;
  /// So are these, which the gate has held back.
  virtual void feed(std::string_view bytes) = 0;
  /// What has been read; before it is committed.
  virtual void log_input(std::string_view) const {}
  /// Acts on the next request that is complete. False when there is none.
  virtual bool handle_next() = 0;
  /// A peer that asks too much, or does not read the answers, is read later; one whose receipts come the same
  /// way only for what asks for nothing.
  virtual bool may_be_read_later() const { return true; }
  /// A deadline has passed, and is no longer set.
  virtual void expire(Deadline kind) = 0;
  /// The client is another protocol's: this sentence, and the end.
  virtual void refuse(std::string_view sentence) = 0;
  /// What came after the last words, or before them and was not acted on: whether the peer has taken its
  /// leave in it. For who has held the end of the stream for that.
  virtual bool has_leave(std::string_view) { return false; }
  /// Somebody wishes that the conversation ends, for this reason. `farewell`: a sentence for the peer, if
  /// any.
  virtual void asked_to_end(std::string_view reason, std::string_view farewell) = 0;
  /// The peer has ended its stream in good order; end() follows.
  virtual void input_ended() {}
  /// The stream has ended, for this reason; the last call. Must leave the directory. What waits for the peer
  /// may still be sent after it.
  virtual void end(std::string_view reason) = 0;

  bool enter();
  void converse(std::error_code& error);
  bool act();
  bool pass_gate();
  bool wait_to_read();
  bool makes_server_hold_too_much() const;
  void finish_input();
  inline void read_more(std::error_code& error);
  void charge_input_memory(std::size_t bytes) {
    if (bytes != charged_input_bytes_) charge_input_memory_anew(bytes);
  }
  void charge_input_memory_anew(std::size_t bytes);
  void read_later(Clock::time_point at);  // at the latest
  Clock::duration most_put_off() const { return Limits::put_off_frames * frame_timeout_; }
  void discard_input(std::error_code& error);
  void finish_output();

  const std::shared_ptr<Connection> connection_;
  const std::string_view dialect_;
  std::optional<Gate> gate_{dialect_};  // until it is known whose client has come
  Flood flood_;
  const std::chrono::milliseconds frame_timeout_;
  Clock::time_point now_ = Clock::now();
  /// A deadline that stands while nothing is read.
  struct PutOff {
    Deadline kind;
    Clock::time_point due = Clock::time_point::max();  // as it was left when last put off
    Clock::duration by{};                              // in all since it was set
  };
  std::array<PutOff, 3> put_off_{PutOff{Deadline::sign_on}, PutOff{Deadline::frame}, PutOff{Deadline::more}};
  std::optional<Drop> drop_;
  std::optional<HandshakeFault> handshake_fault_;
  bool frame_is_timed_ = false;  // the frame that has begun has its deadline
  std::size_t charged_input_bytes_ = 0;
  Budget::Charge input_charge_;
};

/// Makes the session of an accepted socket; holds what the sessions of one dialect share, and outlives them.
/// For one thread at a time.
using SessionFactory = std::function<std::shared_ptr<Session>(std::shared_ptr<Connection>)>;

}  // namespace parley
