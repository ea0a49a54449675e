#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "protocol/two_socket_parser.hpp"
#include "server/context.hpp"
#include "server/net/session.hpp"
#include "server/two_socket/user.hpp"

namespace parley {

/// The server's side of one socket of the two-socket protocol, whichever channel it registers for.
class TwoSocketSession : public Session {
 public:
  TwoSocketSession(const std::shared_ptr<Connection>& connection, Context& context,
                   two_socket::DeliveredWord delivered_word, bool has_service);

 private:
  void begin() override;
  NextRead prepare() override {
    return {parser_.prepare(), parser_.in_frame() || is_holding_input(), memory_of(parser_.input())};
  }
  void commit(std::size_t count) override { parser_.commit(count); }
  void feed(std::string_view bytes) override { parser_.feed(bytes); }
  bool handle_next() override;
  void input_ended() override { (void)answer_register(IfUndecided::answer); }
  bool may_be_read_later() const override { return !has_one_socket(); }
  void expire(Deadline kind) override;
  void refuse(std::string_view sentence) override;
  void asked_to_end(std::string_view reason, std::string_view farewell) override;
  void end(std::string_view reason) override;

  void log(const two_socket::Event& event) const;
  void on(const two_socket::Register& request);
  void on(const two_socket::Send& request);
  void on(const two_socket::Received& answer);
  void on(const two_socket::Error& answer);
  void on(const two_socket::Unknown& request);
  void on(const two_socket::Violation& violation);
  template <typename Other>
  void on(const Other&) {}  // a server's messages: the parser of a client's side yields none

  std::shared_ptr<TwoSocketUser> reserve_name(std::string_view name);
  enum class IfUndecided { wait, answer };
  void answer(const two_socket::Register& request, std::string text);
  bool answer_register(IfUndecided undecided);
  bool may_have(const two_socket::Register& request, std::string_view name, std::string_view password_word);
  void refuse_registration(const two_socket::Register& request, std::string_view phrase);
  void refuse_early();
  void count_refusal(const std::string& answer);
  void acknowledge(Outcome outcome, std::string_view sender);
  bool await_room();
  void send_to_all(const two_socket::Send& request, Clock::time_point answer_by);
  void send_to_one(const two_socket::Send& request, Clock::time_point answer_by);
  void ask_service(const two_socket::Send& request, Clock::time_point answer_by);

  bool is_registered() const { return user_ && user_->is_signed_on(); }
  bool is_sender() const { return is_registered() && user_->sends_on(connection()); }
  bool has_one_socket() const { return is_registered() && user_->has_one_socket(); }

  /// Leaves, says why, and ends the stream without a reset.
  void end_with(std::string_view reason, std::string_view last_words);

  Context& context_;
  const two_socket::DeliveredWord delivered_word_;
  const bool has_service_;
  two_socket::Parser parser_;
  std::shared_ptr<TwoSocketUser> user_;  // from the first REGISTER on, unless that is refused
  Directory::LastFound last_found_;
  std::size_t refusals_ = 0;        // in a row
  bool newlines_are_told_ = false;  // to the user

  // The answer to a REGISTER, until it is known how that one ends.
  std::string register_answer_;  // without its line ends; empty: none waits
  two_socket::BlockEnd register_end_;
  bool register_is_accepted_ = false;
};

/// For the table of dialects. `has_service`: SERVER answers (SV).
SessionFactory two_socket_sessions(Context& context, two_socket::DeliveredWord delivered_word,
                                   bool has_service);
/// What a socket over a cap is told, which has no session: ERROR 102 with this phrase.
std::string two_socket_refusal(std::string_view phrase);

}  // namespace parley
