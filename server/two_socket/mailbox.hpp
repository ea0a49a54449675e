#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/thread_annotations.hpp"
#include "server/directory/message.hpp"
#include "server/directory/receipt.hpp"
#include "server/limits.hpp"
#include "server/net/connection.hpp"
#include "server/two_socket/waiting_forwards.hpp"

namespace parley {

/// What is on its way to one two-socket recipient: one FORWARD that is out, and those that wait behind it,
/// bounded in bytes and in age (D3, D1.9). Senders take turns, and whoever has most in a full one makes room
/// for others (L5.3). Unless a call says otherwise it is safe from any thread; none waits for anybody.
class Mailbox : public std::enable_shared_from_this<Mailbox> {
 public:
  using Clock = Connection::Clock;

  /// `owner`: the recipient's name.
  Mailbox(std::shared_ptr<Connection> connection, const Limits& limits, std::string owner = {})
      : connection_(std::move(connection)), limits_(limits), owner_(std::move(owner)) {}

  /// Lets the first FORWARD out: until here messages only wait (both REGISTERED come first).
  void open() EXCLUDES(mutex_);

  /// Each FORWARD that is begun after this has an LF behind its body (F1.7).
  void end_bodies_with_newline() { form_.fetch_or(newline_behind_body, std::memory_order_relaxed); }

  /// Whether FORWARDs that come from here on say whom they are meant for (SV4).
  void tell_audience(bool tells);

  /// Forwards the message at once when nothing is out, else keeps it. It fails when there is no room or the
  /// mailbox is closed, and later when it must make room for a sender who has less waiting, or when its time
  /// is up before it begins to leave: then it is never forwarded.
  void deliver(const Message& message, Receipt&& receipt) EXCLUDES(mutex_);

  /// Who has its turn when the FORWARD that is out has been answered.
  enum class Behind { next_message, who_wants_the_turn };

  /// The recipient answered: settles the FORWARD that is out and lets the next one leave, or gives the turn
  /// to who wants it (take_turn()), if somebody does. An answer to nothing is ignored (D5): false then.
  bool acknowledge(Outcome outcome, Behind behind = Behind::next_message) EXCLUDES(mutex_);

  /// The recipient's thread, when its `answer` deadline has passed: true when it has had the receipt time
  /// since its FORWARD left. Else the deadline is set anew.
  bool is_overdue(Clock::time_point now) EXCLUDES(mutex_);

  // For FORWARDs beside the messages, of one thread at a time (SV2).

  /// False while a message is out, before open() and after close(): the turn is wanted from here on. True: no
  /// message leaves before give_turn(), so that the recipient sees the two in the order in which they are
  /// known here.
  bool take_turn() EXCLUDES(mutex_);
  void give_turn() EXCLUDES(mutex_);

  /// Sends one at once; the turn is the caller's. Its answer is none of this mailbox's.
  void send_aside(const Message& message);

  /// From here on is_out_from() knows whose message is out; the one that is out already is nobody's.
  void remember_senders() EXCLUDES(mutex_);
  bool is_out_from(std::string_view sender) const EXCLUDES(mutex_);

  /// Fails everything that is in it, and everything that comes later (R7).
  void close() noexcept EXCLUDES(mutex_);

 private:
  using List = WaitingForwards::List;
  class ForwardDeparture;

  /// A FORWARD that is out now, and is to be sent once the lock is gone.
  struct Next {
    SharedFrame frame;  // null: none
    std::uint64_t number = 0;
    Clock::time_point answer_by;
  };

  inline std::uint64_t put_out(Receipt&& receipt) REQUIRES(mutex_);
  Receipt take_out() REQUIRES(mutex_);
  bool keep(const Message& message, Receipt& receipt, List& pushed_out) REQUIRES(mutex_);
  Next take_next(List& late) REQUIRES(mutex_);
  SharedFrame frame_of(const Message& message) const;
  bool ends_bodies_with_newline() const;
  inline void forward(const Message& message, std::uint64_t number) EXCLUDES(mutex_);
  void forward(const Next& next) EXCLUDES(mutex_);
  void note(Sent sent, std::uint64_t number) EXCLUDES(mutex_);
  void has_left(std::uint64_t number) noexcept EXCLUDES(mutex_);
  void was_lost(std::uint64_t number) noexcept EXCLUDES(mutex_);

  const std::shared_ptr<Connection> connection_;
  const Limits& limits_;
  const std::string owner_;

  // How FORWARDs are written: these, added up.
  static constexpr unsigned newline_behind_body = 1;
  static constexpr unsigned with_audience = 2;
  std::atomic<unsigned> form_{0};

  // Taken alone. The FORWARD itself is written after it is let go: who acknowledges what has not come yet may
  // get two in the wrong order.
  mutable Mutex mutex_;
  bool opened_ GUARDED_BY(mutex_) = false;
  bool closed_ GUARDED_BY(mutex_) = false;
  std::optional<Receipt> out_ GUARDED_BY(mutex_);   // the receipt of the FORWARD that is out
  Clock::time_point due_ GUARDED_BY(mutex_){};      // when that must be answered
  bool wants_turn_ GUARDED_BY(mutex_) = false;      // for a FORWARD beside the messages
  bool has_given_turn_ GUARDED_BY(mutex_) = false;  // to such a one: no message leaves meanwhile
  bool remembers_senders_ GUARDED_BY(mutex_) = false;
  std::string out_sender_ GUARDED_BY(mutex_);  // of the FORWARD that is out, when they are remembered
  // FORWARDs by number: the last that went out, the last that had to wait for room in the socket, and the
  // last such one that left.
  std::uint64_t last_out_ GUARDED_BY(mutex_) = 0;
  std::uint64_t last_kept_ GUARDED_BY(mutex_) = 0;
  std::uint64_t last_left_ GUARDED_BY(mutex_) = 0;
  WaitingForwards waiting_ GUARDED_BY(mutex_);
};

}  // namespace parley
