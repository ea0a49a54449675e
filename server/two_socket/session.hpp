#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/gate.hpp"
#include "protocol/two_socket_parser.hpp"
#include "server/context.hpp"
#include "server/net/session.hpp"
#include "server/two_socket/user.hpp"

namespace parley {

/// The server's side of one socket of the two-socket protocol, whichever channel it registers for.
class TwoSocketSession : public Session {
 public:
  TwoSocketSession(std::shared_ptr<Connection> connection, Context& context,
                   two_socket::DeliveredWord delivered_word);

  void expire(Deadline kind) override;
  void begin_drain() override;
  bool is_drained() const override;
  void stop() override;

 private:
  void begin() override;
  std::span<char> prepare() override { return read_room_ = parser_.prepare(); }
  void receive(std::size_t count) override;
  void end(std::string_view reason) override;

  bool act();
  void take_held();

  // One event each. They return false when nothing behind it matters any more.
  bool on(const two_socket::Register& request);
  bool on(const two_socket::Send& request);
  bool on(const two_socket::Received& answer);
  bool on(const two_socket::Error& answer);
  bool on(const two_socket::Unknown& request);
  bool on(const two_socket::Violation& violation);
  template <typename Other>
  bool on(const Other&) {
    return true;  // a server's messages: the parser of a client's side yields none
  }

  std::shared_ptr<TwoSocketUser> reserve_name(std::string_view name);
  bool refuse_registration(std::string_view name, std::string_view phrase);
  bool refuse_early();
  void send_to_all(const two_socket::Send& request);
  void send_to_one(const two_socket::Send& request);
  bool is_sender() const;
  bool is_registered() const { return user_ && user_->is_signed_on(); }

  /// Leaves, says why, and ends the stream without a reset. Any thread.
  void end_with(std::string_view reason, std::string_view last_words);

  Context& context_;
  const two_socket::DeliveredWord delivered_word_;

  // The session's own thread.
  two_socket::Parser parser_;
  std::span<char> read_room_;               // of the read that is on
  std::optional<Gate> gate_{"two-socket"};  // until it is known whose client has come
  std::shared_ptr<TwoSocketUser> user_;     // set once, at the first REGISTER that is accepted
  std::size_t early_requests_ = 0;

  // Any thread.
  std::atomic<TwoSocketUser*> shared_user_{nullptr};  // user_, for the watchdog and the stopping thread
  std::atomic<bool> draining_{false};
};

/// For the table of dialects.
SessionFactory two_socket_sessions(Context& context, two_socket::DeliveredWord delivered_word);
std::string two_socket_refusal(std::string_view phrase);

}  // namespace parley
