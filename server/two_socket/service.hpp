#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/thread_annotations.hpp"
#include "server/directory/directory.hpp"
#include "server/directory/receipt.hpp"
#include "server/net/connection.hpp"
#include "server/two_socket/mailbox.hpp"
#include "server/two_socket/notice_slot.hpp"
#include "server/two_socket/replies.hpp"

namespace parley {

/// What SERVER owes one user who has asked it something (SV): the answers in the order of the questions, one
/// FORWARD at a time, and one slot of notices. It takes none of the mailbox's room, and no message waits for
/// its answer. Lives as long as the user. Waits for nobody.
class Service {
 public:
  using Clock = Connection::Clock;

  /// `receiving`: the connection that the mailbox sends on.
  Service(const Member& user, Mailbox& mailbox, const Replies& replies, Connection& receiving,
          Directory& directory);

  // The thread of the socket that the user sends on.

  /// False when as many questions wait as may.
  bool has_room() const EXCLUDES(mutex_);

  /// Acts on the question, any bytes, and owes its answer; `sequence` is that of its SENT, which leaves
  /// first.
  void ask(std::string_view question, std::uint64_t sequence) EXCLUDES(mutex_);

  // A thread of the user's.

  /// The user has answered a FORWARD, of SERVER's or another's. False: it answers nothing.
  bool acknowledge(Outcome outcome, std::string_view sender) EXCLUDES(mutex_);

  /// Sends what may leave now. For what may later, the connection's `service` deadline is set.
  void serve() EXCLUDES(mutex_);

  // Any thread.

  /// Somebody has come or gone. Only kept here: writes nothing.
  void note(const Notice& notice) EXCLUDES(mutex_);

 private:
  struct Answer {
    std::uint64_t sequence;
    std::string text;  // empty: a list of who is there, made part by part
  };

  std::string answer_to(std::string_view question) EXCLUDES(mutex_);
  void switch_notices(bool on) EXCLUDES(mutex_);
  std::string switch_features(std::string_view words);

  void serve_one() EXCLUDES(mutex_);
  std::optional<Clock::time_point> due(Clock::time_point now) EXCLUDES(mutex_);
  std::string next_body() EXCLUDES(mutex_);
  std::string next_part(bool& is_last);
  bool is_for_message(std::string_view sender) const EXCLUDES(mutex_);
  bool is_out() const EXCLUDES(mutex_);

  const Member& user_;
  Mailbox& mailbox_;
  const Replies& replies_;
  Connection& receiving_;
  Directory& directory_;

  // Of the thread that asks.
  bool tells_audience_ = false;

  // Of the thread that serves: how far the list in front has been sent.
  std::size_t parts_sent_ = 0;
  std::string last_key_;  // of the last name in them

  mutable Mutex mutex_;                         // taken alone
  bool is_serving_ GUARDED_BY(mutex_) = false;  // one thread at a time
  bool is_to_look_ GUARDED_BY(mutex_) = false;  // once more, for another that has come meanwhile
  bool is_out_ GUARDED_BY(mutex_) = false;      // a FORWARD from SERVER has not been answered
  bool is_refused_ GUARDED_BY(mutex_) = false;  // the last one was answered with an ERROR
  std::deque<Answer> answers_ GUARDED_BY(mutex_);
  bool hears_notices_ GUARDED_BY(mutex_) = false;
  NoticeSlot notices_ GUARDED_BY(mutex_);
  Clock::time_point notices_due_ GUARDED_BY(mutex_){};
};

}  // namespace parley
