#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/rooms_answers.hpp"
#include "protocol/rooms_request.hpp"
#include "server/chat/chat_session.hpp"
#include "server/chat/rooms_deliveries.hpp"
#include "server/chat/rooms_wire.hpp"

namespace parley {

/// A ChatSession that talks in the JSON of the rooms, whatever carries its objects: what the requests mean,
/// and how they are answered. The dialect that derives from it finds the requests in what it reads and calls
/// on().
class RoomsChatSession : public ChatSession {
 protected:
  /// `wire` outlives the session and its users.
  RoomsChatSession(const std::shared_ptr<Connection>& connection, Context& context, const RoomsWire& wire)
      : ChatSession(connection, context, wire.dialect), wire_(wire) {}
  ~RoomsChatSession() override {
    if (deliveries_) deliveries_->close();
  }

  /// What the next request is read with.
  rooms::Features features() const { return user() && features_ ? *features_ : rooms::Features(); }

  /// Acts on one request, of any kind.
  void on(const rooms::Request& request);

  void on(const rooms::Connect& request);
  void on(const rooms::Say& request);
  void on(const rooms::Tell& request);
  void on(const rooms::AskWho& request);
  void on(const rooms::Exit&) { end_with("has sent exit", last_words(rooms::exit_ack())); }
  void on(const rooms::Refusal& refusal) { refuse_request(refusal.mistake, refusal.sentence, refusal.id); }

  /// Tells the client what is wrong with its request. `id`: of the message that it was; empty: none.
  void refuse_request(rooms::Mistake mistake, std::string_view sentence, std::string_view id = {});

  /// An answer to this client.
  void send_object(std::string object) { send(wire_.to_frame(std::move(object))); }

 private:
  /// The object behind which the stream ends in good order, as it is written with all that belongs to that.
  virtual std::string last_words(std::string object) const { return wire_.to_frame(std::move(object)); }

  std::shared_ptr<ChatUser> make_user(std::string name) override;
  std::string welcome(const ChatUser& user, Occasion occasion) override;
  std::string to_sentence(std::string_view sentence) const override;
  void greet() override;
  void answers_are_late() override;

  void change_room(const ChatUser& self, const rooms::Connect& request);
  void ask_again(rooms::Mistake mistake, std::string_view complaint);
  std::string to_ack(std::string_view name) const;
  bool await_room();

  const RoomsWire& wire_;
  std::optional<rooms::Features> features_;  // of the last connect while nobody is signed on, else the user's
  std::shared_ptr<RoomsDeliveries> deliveries_;  // null without that feature
};

}  // namespace parley
