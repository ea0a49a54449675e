#include "server/chat/rooms_chat_session.hpp"

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
  return std::make_shared<RoomsUser>(std::move(name), outbox(), wire_, context().limits);
}

std::string RoomsChatSession::welcome(const ChatUser&, Occasion) {
  return wire_.to_frame(rooms::connect_ack());
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
  if (!move(request.room)) send_object(rooms::connect_ack());
}

void RoomsChatSession::on(const rooms::Say& request) {
  if (!user())
    return refuse_request(Mistake::not_connected, "Please connect with a name before you send messages.");
  say(request.text);
}

void RoomsChatSession::refuse_request(Mistake mistake, std::string_view sentence) {
  send_object(wire_.has_errors ? rooms::error(mistake, sentence) : rooms::notification(sentence));
}

void RoomsChatSession::ask_again(Mistake mistake, std::string_view complaint) {
  refuse_request(mistake, std::string(complaint) + " Please connect with another one.");
}

}  // namespace parley
