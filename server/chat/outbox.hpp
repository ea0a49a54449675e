#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>

#include "base/thread_annotations.hpp"
#include "server/directory/receipt.hpp"
#include "server/limits.hpp"
#include "server/net/connection.hpp"

namespace parley {

/// What leaves for a user whose one socket is both ways: every frame one write, in order. The Connection is
/// its queue; frames wait here only while the answer to a sign-on is still to come. Every call is safe from
/// any thread and never blocks.
class Outbox {
 public:
  using Clock = Connection::Clock;

  Outbox(std::shared_ptr<Connection> connection, const Limits& limits)
      : connection_(std::move(connection)), limits_(limits) {}

  /// The receipt is reported when the frame has left. The frame is lost when it has not begun to at
  /// `expires`.
  void send(const SharedFrame& frame, Receipt receipt = {},
            Clock::time_point expires = Clock::time_point::max()) EXCLUDES(mutex_);

  /// From here on frames wait until open(), whose first one comes before them.
  void hold() EXCLUDES(mutex_);
  void open(const SharedFrame& first) EXCLUDES(mutex_);

  /// Loses what waits here: its receipts fail.
  void close() noexcept EXCLUDES(mutex_);

  Connection& connection() const { return *connection_; }

 private:
  struct Held {
    SharedFrame frame;
    Receipt receipt;
    Clock::time_point expires;
  };
  /// A list: an empty one, and moves from one to another, take no memory.
  using Queue = std::list<Held>;

  void write(Held held);

  const std::shared_ptr<Connection> connection_;
  const Limits& limits_;

  Mutex mutex_;  // taken alone; frames are written and receipts reported after it is let go
  bool is_holding_ GUARDED_BY(mutex_) = false;
  Queue held_ GUARDED_BY(mutex_);
  std::size_t held_bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace parley
