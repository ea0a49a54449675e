#pragma once

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
};

/// What a pipe and a terminal have in common: the lines that wait to be sent, one after the other, and what
/// is counted. Belongs to the interface's thread.
class Conversation {
 public:
  /// Lines that may wait: more than anyone types while one answer is awaited.
  static constexpr std::size_t max_waiting_lines = 100;

  explicit Conversation(const Options& options)
      : exit_after_(options.exit_after), client_(options.connection) {}

  /// As Client::sign_on().
  void sign_on(const std::string& name) { client_.sign_on(name); }

  bool is_registered() const { return is_registered_; }

  /// Sends the line when those before it are answered or given up (C3). Not to be called when it is_full().
  void send(OutgoingLine line);

  bool is_full() const { return waiting_.size() >= max_waiting_lines; }

  /// Nothing waits to be sent, and no answer is awaited.
  bool is_all_answered() const { return waiting_.empty() && !client_.waiting(); }

  /// As Client::next_event().
  std::optional<ClientEvent> next_event();
  int events_fd() const { return client_.events_fd(); }
  std::optional<Deadline> next_wake() const { return client_.next_wake(); }

  /// There is no connection any more.
  bool is_lost() const { return is_lost_; }

  /// So many messages have come as were asked for, and no answer is awaited.
  bool has_enough() const { return exit_after_ && messages_ >= *exit_after_ && !client_.waiting(); }

  /// A message was not delivered.
  bool has_failed() const { return has_failed_; }

  /// As Client::leave().
  void leave() { client_.leave(); }

 private:
  void count(const ClientEvent& event);
  void send_next();

  const std::optional<std::size_t> exit_after_;
  Client client_;
  std::deque<OutgoingLine> waiting_;
  std::size_t messages_ = 0;
  bool is_registered_ = false;
  bool is_lost_ = false;
  bool has_failed_ = false;
};

}  // namespace parley::client
