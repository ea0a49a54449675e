#include "server/chat/rooms_user.hpp"

#include <utility>

#include "protocol/rooms_answers.hpp"

namespace parley {

RoomsUser::RoomsUser(std::string name, std::shared_ptr<Outbox> outbox, const RoomsWire& wire,
                     const Limits& limits)
    : ChatUser(std::move(name), std::move(outbox), wire.max_waiting_frames(limits)), wire_(wire) {}

Frames RoomsUser::render(const Message& message, const Format&) const {
  auto pieces = rooms::messages({message.sender(), message.room(), message.body(), message.is_private()},
                                wire_.max_object_bytes);
  for (std::string& piece : pieces) piece = wire_.to_frame(std::move(piece));
  return make_frames(std::move(pieces));
}

Frames RoomsUser::render_notice(const Notice& notice, const Format&) const {
  const bool has_arrived = notice.kind() == Notice::Kind::arrived;
  return render_sentence(std::string(notice.name()) +
                         (has_arrived ? " has joined the room." : " has left the room."));
}

Frames RoomsUser::render_sentence(std::string_view sentence) const {
  return {make_frame(wire_.to_frame(rooms::notification(sentence)))};
}

Frames RoomsUser::render_left_out(std::size_t count) const {
  return render_sentence(std::to_string(count) + " messages came too fast and were left out here.");
}

}  // namespace parley
