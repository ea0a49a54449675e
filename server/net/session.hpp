#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <system_error>
#include <utility>

#include "server/net/connection.hpp"

namespace parley {

/// One accepted socket's conversation: a thread of its own runs it from accept to close. A dialect is a
/// derived class; this one is the loop that they share.
class Session {
 public:
  explicit Session(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  virtual ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The session's own thread: reads until the stream ends, then leaves and closes.
  void run() noexcept;

  /// The watchdog's thread, and any number of times until the session has ended: a deadline has passed.
  virtual void expire(Deadline kind) = 0;

  /// The stopping thread: no new message is accepted from here on.
  virtual void begin_drain() {}
  /// The stopping thread: every answer that this session owes is given.
  virtual bool is_drained() const { return true; }

  /// The stopping thread: ends the conversation with an orderly end of stream.
  virtual void stop() = 0;

  Connection& connection() const { return *connection_; }

 protected:
  const std::shared_ptr<Connection>& shared_connection() const { return connection_; }

  // The session's own thread.

  /// A frame has begun, or goes on: gives it its time once, at its first byte. A byte a second must not put
  /// the end off for ever.
  void begin_frame(std::chrono::milliseconds timeout) {
    if (!std::exchange(frame_is_timed_, true)) connection_->set_deadline(Deadline::frame, timeout);
  }
  /// A frame is complete.
  void end_frame() {
    if (std::exchange(frame_is_timed_, false)) connection_->clear_deadline(Deadline::frame);
  }

 private:
  // The session's own thread.

  /// Before the first read.
  virtual void begin() {}
  /// Room for the next read.
  virtual std::span<char> prepare() = 0;
  /// `count` bytes have been read into what prepare() gave.
  virtual void receive(std::size_t count) = 0;
  /// The peer has ended its stream in good order; end() follows.
  virtual void input_ended() {}
  /// The stream has ended, for this reason; the last call. Must leave the directory: the descriptor goes
  /// next.
  virtual void end(std::string_view reason) = 0;

  const std::shared_ptr<Connection> connection_;
  bool frame_is_timed_ = false;  // the frame that has begun has its deadline; the session's own thread
};

/// Makes the session of an accepted socket; holds what the sessions of one dialect share, and outlives them.
/// For one thread at a time.
using SessionFactory = std::function<std::shared_ptr<Session>(std::shared_ptr<Connection>)>;

}  // namespace parley
