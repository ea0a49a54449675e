#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "client/answers.hpp"
#include "client/connection.hpp"
#include "client/event_queue.hpp"

namespace parley::client {

/// What became of a SEND (PROTOCOL.md, C3).
struct Outcome {
  std::string recipient;  ///< empty when a late answer tells nothing of it
  bool delivered = false;
  int code = 0;  ///< why not: the ERROR's; 0 when there was no answer
  std::string phrase;
  bool late = false;  ///< it had been given up before
};

/// A SEND to this user has had no answer for a second; told once.
struct Waiting {
  std::string recipient;
};

/// What a user of this library is told, in the order in which it happened.
using Event = std::variant<Message, Outcome, Strange, Lost, Waiting>;

/// The server has confirmed the name for both sockets.
struct Registered {
  std::string name;  ///< as the server wrote it; the one that it was told when it wrote none
};
/// The server does not want the name; another may be tried.
struct Refused {
  int code;
  std::string phrase;
};
using RegisterResult = std::variant<Registered, Refused, Lost>;

struct ClientOptions {
  std::string host = "127.0.0.1";
  std::string port = "5050";
  /// For the answer to a REGISTER or a SEND.
  std::chrono::milliseconds answer_timeout{15'000};
  /// Messages beyond these are not acknowledged: nobody will see them.
  std::size_t receive_at_most = std::numeric_limits<std::size_t>::max();
  /// How a REGISTER ends, for servers that know but one way.
  two_socket::BlockEnd register_end;
};

/// How many events an interface shows before it looks at its input again.
inline constexpr std::size_t events_per_turn = 256;

/// One user of a two-socket server: registers, sends, receives. A thread of its own reads both sockets and
/// acknowledges each message; all functions belong to one other thread, the interface's. No function waits
/// without bound.
class Client {
 public:
  explicit Client(ClientOptions options) : options_(std::move(options)) {}
  ~Client() { leave(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Opens the sockets where they are not open, and registers both (R4). A server that does not answer the
  /// first REGISTER gets the other, too, and one that answers none gets new sockets, the other one first
  /// (C1.6). After Refused it may be called again: the same sockets serve where the server left them open
  /// (R3), otherwise new ones.
  RegisterResult register_as(const std::string& name);

  /// Sends a message. Its Outcome is one of the next events; not to be called while waiting().
  void send(const std::string& recipient, std::string_view text);

  /// The Outcome of the last send() is still to come.
  bool waiting() const { return answers_.waiting().has_value(); }

  /// The next event, if there is one already. Waiting is up to the caller: until events_fd() is readable, or
  /// the time of next_wake() has come.
  std::optional<Event> next_event();
  int events_fd() const { return events_.fd(); }
  std::optional<Deadline> next_wake() const;

  /// Stops receiving and closes the sockets. next_event() still returns what had come before.
  void leave();

 private:
  RegisterResult try_register(const std::string& name);
  std::optional<RegisterResult> register_both(const std::string& name);
  std::optional<std::string> write_register(two_socket::Channel channel, const std::string& name);
  void disconnect();
  void receive();
  bool handle(const two_socket::Event& event);
  bool refuse_forward(const two_socket::Violation& violation);
  bool acknowledge(const two_socket::Forward& forward);
  Event to_event(Arrival arrival);

  // Constant while the receiver thread runs.
  const ClientOptions options_;
  std::optional<Connection> connection_;
  two_socket::Channel first_ = two_socket::Channel::to_send;  // is connected and registered before the other

  // Both threads'; each takes care of itself.
  EventQueue events_;
  EventFlag stop_;

  // The receiver thread's (before it starts: the interface's).
  std::size_t messages_ = 0;

  // The interface thread's.
  std::thread receiver_;
  std::deque<Arrival> taken_;
  Answers answers_;
  Deadline answer_deadline_{};
  std::optional<Deadline> waiting_notice_at_;
  std::optional<std::string> write_failure_;
  std::optional<Lost> lost_;  // to be told after the Outcome of the SEND that it cut off
};

}  // namespace parley::client
