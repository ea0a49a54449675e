#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "base/secret.hpp"
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
  bool slow = false;  ///< the answer took longer than a server needs that knows it already
};

/// A SEND to this user has had no answer for a second; told once.
struct Waiting {
  std::string recipient;
};

/// There is no answer yet to the wish to connect; told once.
struct Connecting {};

/// What a user of this library is told, in the order in which it happened. (What the parser of a dialect
/// returns is its own Event.)
using ClientEvent =
    std::variant<Registered, Refused, Message, Outcome, Strange, NewServer, Lost, Waiting, Connecting>;

struct ClientOptions {
  std::string host = "127.0.0.1";
  std::string port = "5050";
  /// With TLS, and how the server is known; nothing: in clear.
  std::optional<TlsOptions> tls{};
  /// For the answer to a REGISTER or a SEND.
  std::chrono::milliseconds answer_timeout{15'000};
  /// Messages beyond these are not acknowledged: nobody will see them.
  std::size_t receive_at_most = std::numeric_limits<std::size_t>::max();
  /// How a REGISTER ends, for servers that know but one way.
  two_socket::BlockEnd register_end;
  /// Find out whether the server ended the connection in good order. Takes a moment.
  bool judge_end = false;
};

/// How many events an interface shows before it looks at its input again.
inline constexpr std::size_t events_per_turn = 256;

/// One user of a two-socket server: registers, sends, receives. A thread of its own connects, registers,
/// reads both sockets and acknowledges each message; all functions belong to one other thread, the
/// interface's. No function waits without bound.
class Client {
 public:
  /// How long it may connect before that is told.
  static constexpr std::chrono::milliseconds connecting_silence{300};

  explicit Client(ClientOptions options) : options_(std::move(options)) {}
  ~Client() { leave(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Begins to open the sockets where they are not open, and to register both (R4). Registered, Refused or
  /// Lost is one of the next events; until then, and while registered, it may not be called again. A server
  /// that does not answer the first REGISTER gets the other, too, and one that answers none gets new sockets,
  /// the other one first (C1.6). After Refused the same sockets serve where the server left them open (R3),
  /// otherwise new ones; after Lost new ones. The password, unless empty, is sent once the server has asked
  /// for it, and not before: to no server that does not want it.
  void sign_on(const std::string& name, const Secret& password = {});

  /// Registered, and no Outcome is still to come.
  bool can_send() const { return is_registered_ && !waiting(); }

  /// Sends a message. Its Outcome is one of the next events; only to be called when can_send().
  void send(const std::string& recipient, std::string_view text);

  /// The Outcome of the last send() is still to come.
  bool waiting() const { return answers_.waiting().has_value(); }

  /// The next event, if there is one already. Waiting is up to the caller: until events_fd() is readable, or
  /// the time of next_wake() has come.
  std::optional<ClientEvent> next_event();
  int events_fd() const { return events_.fd(); }
  std::optional<Deadline> next_wake() const;

  /// Stops connecting and receiving, and closes the sockets. Waits for the system's resolver, which has its
  /// own limit, when a host is being looked up. next_event() still returns what had come before.
  void leave();

 private:
  using SignOn = std::variant<Registered, Refused, Lost>;

  void work(const std::string& name, const Secret& password, bool anew);
  SignOn register_as(const std::string& name);
  SignOn try_register(const std::string& name);
  std::optional<SignOn> register_both(const std::string& name);
  bool is_password_wanted(const two_socket::Error& error) const;
  std::optional<std::string> write_register(two_socket::Channel channel, const std::string& name);
  void disconnect();
  void receive();
  Lost to_loss(const std::string& reason);
  bool take_dismissal(const two_socket::Error& error);
  bool hand_over(Arrival arrival);
  bool handle(const two_socket::Event& event);
  bool refuse_forward(const two_socket::Violation& violation);
  bool acknowledge(const two_socket::Forward& forward);
  ClientEvent to_event(Arrival arrival);

  // Constant while the other thread runs.
  const ClientOptions options_;

  // The other thread's until Registered has come, and while none runs; then both write to it.
  std::optional<Connection> connection_;

  // Both threads'; each takes care of itself.
  EventQueue events_;
  EventFlag stop_;

  // The other thread's.
  two_socket::Channel first_ = two_socket::Channel::to_send;  // is connected and registered before the other
  bool registered_ = false;
  Secret password_word_;            // as a REGISTER has it; empty: none
  bool is_password_asked_ = false;  // by the server
  std::deque<Arrival> early_;       // what came before the registration was confirmed
  std::size_t messages_ = 0;
  std::string dismissal_;  // what the server has said at the end; empty: nothing

  // The interface thread's.
  std::thread thread_;
  std::deque<Arrival> taken_;
  Answers answers_;
  Deadline answer_deadline_{};
  Deadline slow_from_{};
  std::optional<Deadline> waiting_notice_at_;
  std::optional<Deadline> connecting_notice_at_;
  std::optional<std::string> write_failure_;
  std::optional<Lost> lost_;  // to be told after the Outcome of the SEND that it cut off
  bool is_registered_ = false;
  bool is_lost_ = false;  // the connection is of no use any more
};

}  // namespace parley::client
