#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "base/thread_annotations.hpp"
#include "protocol/two_socket.hpp"
#include "server/counters.hpp"
#include "server/directory/receipt.hpp"
#include "server/net/connection.hpp"

namespace parley {

/// The answers owed to one sender: one to each SEND, written in the order of the SENDs whatever the order in
/// which the recipients acknowledge (D2). Whichever thread settles the oldest one writes it.
class Replies final : public Answerer, public std::enable_shared_from_this<Replies> {
 public:
  Replies(std::shared_ptr<Connection> connection, two_socket::DeliveredWord delivered_word,
          std::size_t max_unanswered, Counters& counters);

  /// True while the sender may have another SEND unanswered. Any thread.
  bool has_room() const EXCLUDES(mutex_);

  /// The sender's own thread, which alone reads its socket: waits for has_room(). False when close() came, or
  /// the peer's end, instead.
  bool wait_for_room() EXCLUDES(mutex_);

  /// True when every SEND has its answer. Any thread.
  bool is_empty() const EXCLUDES(mutex_);

  /// Opens the answer to a SEND to `recipient` ("ALL" for everyone) that `recipients` users are to get; a
  /// receipt(sequence) must be made for each of them. Returns the sequence. The sender's own thread.
  std::uint64_t expect(std::string_view recipient, std::size_t recipients, std::size_t body_bytes)
      EXCLUDES(mutex_);
  Receipt receipt(std::uint64_t sequence) { return {shared_from_this(), sequence}; }

  /// Answers a SEND that reaches nobody with ERROR 102, in its turn. The sender's own thread.
  void refuse() EXCLUDES(mutex_);

  /// One recipient's outcome.
  void settle(std::uint64_t sequence, Outcome outcome) noexcept override EXCLUDES(mutex_);

  /// The sender is gone: nothing is written any more, nobody waits. Any thread.
  void close() EXCLUDES(mutex_);

 private:
  struct Answer {
    std::string recipient;
    std::size_t recipients = 0;  // that have not reported yet
    std::size_t body_bytes = 0;
    std::size_t refusals_behind =
        0;  // SENDs refused right after this one; counted, so that many take no room
    bool broadcast = false;
    Outcome outcome = Outcome::received;
  };

  void write_settled() REQUIRES(mutex_);
  bool take_settled(std::string& frames) REQUIRES(mutex_);
  void append_answer(std::string& frames, const Answer& answer) const;

  const std::shared_ptr<Connection> connection_;
  const two_socket::DeliveredWord delivered_word_;
  const std::size_t max_unanswered_;
  Counters& counters_;

  mutable Mutex mutex_;  // taken alone; answers are written after it is let go
  Condition room_;
  std::deque<Answer> answers_ GUARDED_BY(mutex_);
  std::uint64_t first_sequence_ GUARDED_BY(mutex_) = 0;  // of answers_.front()
  bool writing_ GUARDED_BY(mutex_) = false;              // one thread at a time, or answers would overtake
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace parley
