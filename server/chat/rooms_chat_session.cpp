#include "server/chat/rooms_chat_session.hpp"

#include <cstdint>
#include <utility>
#include <variant>

#include "protocol/unwelcome.hpp"
#include "protocol/user_name.hpp"
#include "server/chat/rooms_user.hpp"

namespace parley {

using rooms::Mistake;

namespace {

/// Whether another password could help.
Mistake to_mistake(PasswordVerdict lock) {
  switch (lock) {
    case PasswordVerdict::needed:
    case PasswordVerdict::malformed:
    case PasswordVerdict::wrong:
      return Mistake::password;
    default:
      return Mistake::locked;
  }
}

}  // namespace

std::shared_ptr<ChatUser> RoomsChatSession::make_user(std::string name) {
  return std::make_shared<RoomsUser>(std::move(name), outbox(), wire_, context().limits,
                                     features_.value_or(rooms::Features()));
}

std::string RoomsChatSession::welcome(const ChatUser& user, Occasion) {
  return wire_.to_frame(to_ack(user.name()));
}

/// For a client that knows of no features what it always was.
std::string RoomsChatSession::to_ack(std::string_view name) const {
  return features_ ? rooms::connect_ack(name, room(), *features_) : rooms::connect_ack();
}

std::string RoomsChatSession::to_sentence(std::string_view sentence) const {
  return wire_.to_frame(rooms::notification(sentence));
}

void RoomsChatSession::greet() {
  connection().pace(wire_.pause);
}

void RoomsChatSession::on(const rooms::Request& request) {
  std::visit([this](const auto& one) { on(one); }, request);
}

void RoomsChatSession::on(const rooms::Connect& request) {
  const NameFault fault = request.room.empty() ? NameFault::none : check_room_name(request.room);
  if (fault != NameFault::none) return ask_again(Mistake::room, room_name_sentence(fault));
  if (const auto self = user()) return change_room(*self, request);
  features_ = request.features;
  if (features_ && features_->delivery)
    deliveries_ = std::make_shared<RoomsDeliveries>(outbox(), wire_, context().limits.max_unanswered,
                                                    context().counters);
  switch (sign_on({request.name, request.password.text()}, request.room)) {
    case SignOn::done:
    case SignOn::gone:
      return;
    case SignOn::locked:
      return refuse_request(to_mistake(lock()), std::string(why_locked()) + '.');
    case SignOn::refused:
      return ask_again(Mistake::name, name_sentence(check_name(request.name)));
    case SignOn::taken:
      return ask_again(Mistake::taken, "That name is taken.");
    case SignOn::banned:
      return refuse_request(Mistake::banned, std::string(name_banned) + '.');
    case SignOn::unchecked:
      return refuse_request(Mistake::unchecked, std::string(names_unchecked) + '.');
  }
}

void RoomsChatSession::change_room(const ChatUser& self, const rooms::Connect& request) {
  if (!is_same_name(self.name(), request.name))
    return refuse_request(Mistake::renamed, "You are connected as " + self.name() +
                                                " already; connect again changes only the room.");
  if (!move(request.room)) send_object(to_ack(self.name()));
}

void RoomsChatSession::on(const rooms::Say& request) {
  if (!user())
    return refuse_request(Mistake::not_connected, "Please connect with a name before you send messages.");
  if (request.id.empty()) return say(request.text);
  if (!await_room()) return;
  std::uint64_t token = 0;
  const auto answer_by = now() + context().limits.receipt_timeout;
  context().chat.say(
      *user(), request.text, answer_by,
      [&](const ChatService::Reach& reach) {
        token = deliveries_->expect(request.id, reach.users, reach.receipts, request.text.size(), answer_by);
      },
      [&] { return deliveries_->receipt(token); }, request.id);
  deliveries_->has_been_said(token);
}

void RoomsChatSession::on(const rooms::Tell& request) {
  if (request.id.empty()) {
    if (!tell(request.to, request.text)) send_object(rooms::notification("There is nobody of that name."));
    return;
  }
  if (!await_room()) return;
  std::optional<std::uint64_t> token;
  const auto answer_by = now() + context().limits.receipt_timeout;
  const auto expect = [&](std::size_t recipients) {
    return deliveries_->expect(request.id, recipients, recipients, request.text.size(), answer_by);
  };
  context().chat.tell(
      *user(), request.to, last_found(), request.text, answer_by,
      [&](std::string_view) {
        token = expect(1);
        return deliveries_->receipt(*token);
      },
      request.id);
  deliveries_->has_been_said(token ? *token : expect(0));
}

/// Waits until the client may have another message of which nothing is told yet. Nothing is read meanwhile.
/// False: the conversation is over.
bool RoomsChatSession::await_room() {
  return await([this] { return deliveries_->has_room_or_wake(); }, Clock::time_point::max()) && user();
}

void RoomsChatSession::answers_are_late() {
  if (deliveries_) deliveries_->give_up(now());
}

/// The list counts as if the client had sent it: to make it costs the others time.
void RoomsChatSession::on(const rooms::AskWho&) {
  for (std::string& piece :
       rooms::who(context().directory.everyone(), wire_.max_object_bytes, context().limits.max_body_bytes)) {
    charge_bytes(piece.size());
    send_object(std::move(piece));
  }
}

void RoomsChatSession::refuse_request(Mistake mistake, std::string_view sentence, std::string_view id) {
  send_object(wire_.has_errors ? rooms::error(mistake, sentence, id) : rooms::notification(sentence));
}

void RoomsChatSession::ask_again(Mistake mistake, std::string_view complaint) {
  refuse_request(mistake, std::string(complaint) + " Please connect with another one.");
}

}  // namespace parley
