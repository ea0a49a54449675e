#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>

#include "base/thread_annotations.hpp"
#include "server/directory/message.hpp"
#include "server/directory/receipt.hpp"
#include "server/limits.hpp"
#include "server/net/connection.hpp"

namespace parley {

/// What is on its way to one two-socket recipient: one FORWARD that is out, and those that wait behind it,
/// bounded in bytes (D3). Every call is safe from any thread and never blocks.
class Mailbox {
 public:
  Mailbox(std::shared_ptr<Connection> connection, const Limits& limits)
      : connection_(std::move(connection)), limits_(limits) {}

  /// Lets the first FORWARD out: until here messages only wait (both REGISTERED come first).
  void open() EXCLUDES(mutex_);

  /// Forwards the message at once when nothing is out, else keeps a copy. A message that finds the mailbox
  /// full or closed fails.
  void deliver(const Message& message, Receipt receipt) EXCLUDES(mutex_);

  /// The recipient answered: settles the FORWARD that is out and lets the next one leave. An answer to
  /// nothing is ignored (D5).
  void acknowledge(Outcome outcome) EXCLUDES(mutex_);

  /// Fails everything that is in it, and everything that comes later (R7).
  void close() EXCLUDES(mutex_);

 private:
  struct Waiting {
    std::shared_ptr<const StoredMessage> message;
    Receipt receipt;
  };

  /// What the next FORWARD is, now counted as being out; nullptr when nothing waits.
  std::shared_ptr<const StoredMessage> take_next() REQUIRES(mutex_);
  void forward(std::string_view sender, std::string_view body);

  const std::shared_ptr<Connection> connection_;
  const Limits& limits_;

  Mutex mutex_;  // taken alone; the FORWARD itself is written after it is let go
  bool opened_ GUARDED_BY(mutex_) = false;
  bool closed_ GUARDED_BY(mutex_) = false;
  std::optional<Receipt> out_ GUARDED_BY(mutex_);  // the receipt of the FORWARD that is out
  std::deque<Waiting> waiting_ GUARDED_BY(mutex_);
  std::size_t waiting_bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace parley
