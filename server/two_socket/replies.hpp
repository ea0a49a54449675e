#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/thread_annotations.hpp"
#include "protocol/small_text.hpp"
#include "protocol/two_socket.hpp"
#include "protocol/user_name.hpp"
#include "server/counters.hpp"
#include "server/directory/receipt.hpp"
#include "server/net/connection.hpp"

namespace parley {

/// The answers owed to one sender: one to each SEND, written in the order of the SENDs whatever the order in
/// which the recipients acknowledge (D2), and each in its time whoever else is slow (D1.9). Whichever thread
/// settles the oldest one writes it. They are also the sender's window: who has two sockets is owed
/// `max_unanswered` at most, those refused at once included; what one with one socket sends beyond is
/// refused, and only counted.
class Replies final : public Answerer {
 public:
  using Clock = Connection::Clock;

  /// `max_unanswered`: at least 1. `receipt_time`: from a SEND to when it is to be answered at the latest.
  Replies(std::shared_ptr<Connection> connection, two_socket::DeliveredWord delivered_word,
          std::size_t max_unanswered, std::chrono::milliseconds receipt_time, Counters& counters);
  ~Replies() override;
  Replies(const Replies&) = delete;
  Replies& operator=(const Replies&) = delete;

  // The sender's own thread.

  /// True while the sender may have another SEND unanswered.
  bool has_room() const { return owed_.load(std::memory_order_relaxed) < max_unanswered_; }

  /// As has_room(); when there is none, the sender's connection is woken as soon as there is.
  bool has_room_or_wake() EXCLUDES(mutex_);

  /// Opens the answer to a SEND to `recipient` ("ALL" for everyone) that `recipients` users, at least one,
  /// are to get; a Receipt with the sequence must be made for each of them. Unless all have reported by
  /// `answer_by`, which never goes back, the connection's `send` deadline passes: see give_up(). Returns the
  /// sequence.
  std::uint64_t expect(std::string_view recipient, std::size_t recipients, std::size_t body_bytes,
                       Clock::time_point answer_by) EXCLUDES(mutex_);

  /// Answers a SEND that reaches nobody with ERROR 102, in its turn.
  void refuse() EXCLUDES(mutex_);

  /// Answers every SEND whose time is up at `now` with ERROR 102, whatever becomes of it.
  void give_up(Clock::time_point now) EXCLUDES(mutex_);

  // Any thread.

  /// One recipient's outcome. One that comes after the SEND was given up counts for nothing.
  void settle(std::uint64_t sequence, Outcome outcome) noexcept override EXCLUDES(mutex_);

  /// True: the answer of that sequence has been written. False also while a later one is being written.
  bool is_answered(std::uint64_t sequence) const EXCLUDES(mutex_);

  /// The user goes: every SEND is answered, with ERROR 102 if need be, and the answers are written when this
  /// returns, whoever writes them. Again where SENDs may have come meanwhile.
  void close() noexcept EXCLUDES(mutex_);

 private:
  struct Answer {
    Answer(std::string_view name, std::size_t count, std::size_t bytes, Clock::time_point at)
        : recipient(name), recipients(count), body_bytes(bytes), answer_by(at) {}
    std::string recipient;
    std::size_t recipients;  // that have not reported yet
    std::size_t body_bytes;
    Clock::time_point answer_by;
    Outcome outcome = Outcome::received;
    std::size_t refusals_behind = 0;  // SENDs behind this one that were refused at once
  };

  // Answers that are settled together leave in pieces of this size.
  static constexpr std::size_t piece_bytes = 1024;
  static_assert(piece_bytes > max_name_bytes + 100);  // any answer has room

  /// Answers that are to be written, and whether the sender waits for the room that they had.
  struct Piece {
    SmallText<piece_bytes> frames;
    bool wakes_sender = false;
  };
  /// One thread writes at a time, or answers would overtake. Who begins says must_look_again, and last_piece
  /// once all that is settled is in its piece; who settles another meanwhile, or waits for the end, says
  /// must_look_again: all three under mutex_. From last_piece the writer ends without it.
  enum class Writing : std::uint8_t {
    nobody,
    last_piece,      // a thread, which is done when its piece is written
    must_look_again  // a thread, which takes mutex_ then, to see whether more is settled
  };

  /// There must be one.
  Answer& oldest() REQUIRES(mutex_) { return answers_[taken_answers_]; }
  const Answer& oldest() const REQUIRES(mutex_) { return answers_[taken_answers_]; }
  inline Answer& open_answer(std::string_view recipient, std::size_t recipients, std::size_t body_bytes,
                             Clock::time_point answer_by) REQUIRES(mutex_);
  inline void drop_oldest() REQUIRES(mutex_);
  void fail(Answer& answer) REQUIRES(mutex_);
  void take_settled(Piece& piece) REQUIRES(mutex_);
  inline void fill(Piece& piece) REQUIRES(mutex_);
  void write(Piece& piece) noexcept EXCLUDES(mutex_);
  bool take_more(Piece& piece) EXCLUDES(mutex_);
  bool is_oldest_settled() const REQUIRES(mutex_) { return !answers_.empty() && oldest().recipients == 0; }
  bool append_answer(Piece& piece, const Answer& answer) const;
  void measure(const Answer& answer) const;
  void await_oldest() REQUIRES(mutex_);
  void owe_one_more() REQUIRES(mutex_);
  void owe_one_less() REQUIRES(mutex_);

  const std::shared_ptr<Connection> connection_;
  const two_socket::DeliveredWord delivered_word_;
  const std::size_t max_unanswered_;
  const std::chrono::milliseconds receipt_time_;
  Counters& counters_;

  mutable Mutex mutex_;                               // taken alone; answers are written after it is let go
  std::vector<Answer> answers_ GUARDED_BY(mutex_);    // empty, or with one at least that is in no piece
  std::size_t taken_answers_ GUARDED_BY(mutex_) = 0;  // so many of them, before the oldest
  std::uint64_t first_sequence_ GUARDED_BY(mutex_) = 0;  // of the oldest
  std::uint64_t next_sequence_ GUARDED_BY(mutex_) = 0;   // less the first: those that are not taken
  Condition written_;                                    // nobody writes any more
  bool is_end_awaited_ GUARDED_BY(mutex_) = false;       // by close()
  bool sender_waits_ GUARDED_BY(mutex_) = false;         // for room

  std::atomic<Writing> writing_{Writing::nobody};
  std::atomic<std::size_t> owed_{0};  // answers, all the refusals behind them included; changed under mutex_
};

}  // namespace parley
