#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "client/client.hpp"
#include "client/options.hpp"

namespace parley::client {

/// A message that is to be sent.
struct OutgoingLine {
  std::string recipient;
  std::string text;
  bool is_question = false;  ///< of parley's own, to SERVER: the user has not typed it
};

/// How long to wait before each new try to connect: twice as long each time.
class RetryPauses {
 public:
  static constexpr std::chrono::seconds first{1};
  static constexpr std::chrono::seconds longest{60};

  std::chrono::seconds next() {
    const auto pause = next_;
    next_ = std::min(2 * next_, longest);
    return pause;
  }
  void begin_anew() { next_ = first; }

 private:
  std::chrono::seconds next_ = first;
};

/// What a pipe and a terminal have in common: the lines that wait to be sent, one after the other, and what
/// is counted. Belongs to the interface's thread.
class Conversation {
 public:
  /// Lines that may wait: more than anyone types while one answer is awaited.
  static constexpr std::size_t max_waiting_lines = 100;

  /// With `reconnects` a connection that was lost is made again, until leave(): each Lost or Refused after
  /// the first Registered is followed by a new try, unless the server has said that somebody does not want
  /// this user.
  Conversation(const Options& options, bool reconnects)
      : exit_after_(options.exit_after), reconnects_(reconnects), client_(options.connection) {}

  /// As Client::sign_on().
  void sign_on(const std::string& name, const Secret& password = {});

  bool is_registered() const { return is_registered_; }

  /// Sends the line when those before it are answered or given up (C3), and there is a connection. Not to be
  /// called when it is_full().
  void send(OutgoingLine line);

  /// Asks SERVER before what the user has typed is sent. Forgotten with the connection. Not to be called
  /// without end.
  void ask(std::string question);

  bool is_full() const { return waiting_.size() >= max_waiting_lines; }

  /// Nothing that the user has typed waits to be sent or answered.
  bool is_all_answered() const;

  /// The SEND whose answer is awaited is a question to SERVER.
  bool is_asking() const { return client_.waiting() && last_sent_.is_question; }

  /// What has not been sent yet.
  const std::deque<OutgoingLine>& waiting() const { return waiting_; }

  /// What the last Outcome was about, unless that was late.
  const OutgoingLine& answered() const { return answered_; }

  /// As Client::next_event().
  std::optional<ClientEvent> next_event();
  int events_fd() const { return client_.events_fd(); }
  std::optional<Deadline> next_wake() const;

  /// There is no connection any more.
  bool is_lost() const { return is_lost_; }

  /// And there will be none.
  bool is_over() const { return is_lost_ && !reconnects_; }

  /// Somebody at the server does not want this user, which was told by the last Lost or Refused.
  bool is_dismissed() const { return is_dismissed_; }

  /// So many messages have come as were asked for, and no answer is awaited.
  bool has_enough() const { return exit_after_ && messages_ >= *exit_after_ && !client_.waiting(); }

  /// A message was not delivered.
  bool has_failed() const { return has_failed_; }

  /// As Client::leave().
  void leave();

 private:
  void count(const ClientEvent& event);
  void retry_unless(bool is_dismissal);
  void send_next();

  const std::optional<std::size_t> exit_after_;
  bool reconnects_;
  Client client_;
  std::string name_;
  Secret password_;
  std::deque<OutgoingLine> waiting_;
  OutgoingLine last_sent_;
  OutgoingLine answered_;
  RetryPauses pauses_;
  std::optional<Deadline> retry_at_;
  std::size_t messages_ = 0;
  bool is_registered_ = false;
  bool was_registered_ = false;
  bool is_lost_ = false;
  bool is_dismissed_ = false;
  bool has_failed_ = false;
};

}  // namespace parley::client
