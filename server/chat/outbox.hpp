#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "base/thread_annotations.hpp"
#include "server/chat/pacer.hpp"
#include "server/directory/receipt.hpp"
#include "server/limits.hpp"
#include "server/net/connection.hpp"

namespace parley {

/// What leaves for a user whose one socket is both ways: every frame one write, in order. Frames wait here
/// only while the answer to a sign-on is still to come, and, when a pacer is given, for the pause between two
/// frames; else the socket's own buffer is the queue. Every call is safe from any thread and never blocks.
class Outbox : public std::enable_shared_from_this<Outbox> {
 public:
  /// What does not fit into `max_mailbox_bytes` is lost.
  Outbox(std::shared_ptr<Connection> connection, const Limits& limits, Pacer* pacer = nullptr)
      : connection_(std::move(connection)), limits_(limits), pacer_(pacer) {}

  /// False when the frame is lost. The receipt is reported then, or when it was written.
  bool send(std::string frame, Receipt receipt = {}) EXCLUDES(mutex_);

  /// More waits than can leave while somebody waits for the receipt. Without a pacer never.
  bool is_behind() const EXCLUDES(mutex_);

  /// From here on frames wait until open(), whose first one comes before them, behind what waited already.
  void hold() EXCLUDES(mutex_);
  void open(std::string first) EXCLUDES(mutex_);

  /// The last frame, instead of all that waits; then the end of the stream. Nothing is sent any more. Only
  /// the first call counts.
  void finish(std::string last_words) EXCLUDES(mutex_);

  /// Loses what waits: its receipts fail.
  void close() EXCLUDES(mutex_);

  /// The pacer's thread: the pause is over.
  void resume() EXCLUDES(mutex_);

 private:
  struct Waiting {
    std::string frame;
    Receipt receipt;
  };

  /// What a sender has to do about its frame.
  enum class Way {
    refused,  ///< nothing: nothing is sent any more, or too much waits
    waits,    ///< nothing: somebody else writes it
    behind,   ///< write what waits, this one last
    direct    ///< write it: nothing waits
  };

  Way choose_way(std::string& frame, Receipt& receipt) REQUIRES(mutex_);
  void write(const std::string& frame, Receipt& receipt);
  /// Writes what waits, a single frame when it is paced; for the one thread that set writing_.
  void write_waiting() EXCLUDES(mutex_);
  /// What is to be written next; nullopt, and writing_ is over, when nothing may be.
  std::optional<Waiting> take_next(bool& is_last) EXCLUDES(mutex_);

  const std::shared_ptr<Connection> connection_;
  const Limits& limits_;
  Pacer* const pacer_;

  mutable Mutex mutex_;  // taken alone; frames are written and receipts reported after it is let go
  std::deque<Waiting> waiting_ GUARDED_BY(mutex_);
  std::size_t waiting_bytes_ GUARDED_BY(mutex_) = 0;
  bool held_ GUARDED_BY(mutex_) = false;
  std::ptrdiff_t waited_before_hold_ GUARDED_BY(mutex_) = 0;  // frames; none of them leaves meanwhile
  bool writing_ GUARDED_BY(mutex_) = false;                   // by one thread, or paused
  bool closed_ GUARDED_BY(mutex_) = false;                    // nothing more is taken
  bool finishing_ GUARDED_BY(mutex_) = false;                 // the stream ends behind what waits
};

}  // namespace parley
