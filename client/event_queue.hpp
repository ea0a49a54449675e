#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <variant>

#include "base/event_flag.hpp"
#include "base/thread_annotations.hpp"
#include "client/answers.hpp"

namespace parley::client {

/// A FORWARD that was answered with RECEIVED. Bytes as they came: show them through visible() only.
struct Message {
  /// Whom it is meant for, where the server says so.
  enum class Audience { untold, all, you };

  std::string sender;
  std::string text;
  Audience audience = Audience::untold;
};

/// The server has confirmed the name for both sockets.
struct Registered {
  std::string name;  ///< as the server wrote it; the one that it was told when it wrote none
};

/// The server does not want the name, or it cannot be one; another may be tried.
struct Refused {
  int code;  ///< 0: it was not sent
  std::string phrase;
};

/// There is no connection, or it is over; nothing comes behind it.
struct Lost {
  std::string reason;
  bool in_good_order = false;  ///< the server has ended it on purpose, as far as can be told
  /// The reason is a sentence of the server's: somebody does not want this user here (OD11.4, OD12).
  bool is_dismissal = false;
};

/// The server sent something that means nothing here; it was passed over.
struct Strange {
  std::string what;
};

/// The server's certificate has not been seen before: what the user is to know of it.
struct NewServer {
  std::string text;
};

/// What the receiver thread hands to the thread of the user interface.
using Arrival = std::variant<Registered, Refused, Message, Answer, Strange, NewServer, Lost>;

/// Hands events from the receiver thread to the user interface's, which waits on fd(). Bounded: a full queue
/// makes the receiver wait, and TCP then slows the server down.
class EventQueue {
 public:
  static constexpr std::size_t max_events = 1024;
  static constexpr std::size_t max_bytes = 1024 * 1024;  // so that 1,024 of the longest messages do not fit

  /// Receiver thread. Waits for room; false when the queue was closed.
  bool push(Arrival event);

  /// Interface thread. Everything in the queue, which is empty then.
  std::deque<Arrival> take_all();

  /// Interface thread. Readable when the queue may hold something.
  int fd() const { return readable_.descriptor(); }

  /// Interface thread. Ends the wait for room: nothing is taken in any more.
  void close();

 private:
  EventFlag readable_;
  Mutex mutex_;  // taken alone
  Condition room_;
  std::deque<Arrival> events_ GUARDED_BY(mutex_);
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace parley::client
