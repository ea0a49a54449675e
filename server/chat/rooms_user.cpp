#include "server/chat/rooms_user.hpp"

#include <cstdint>
#include <utility>

#include "protocol/rooms_answers.hpp"

namespace parley {
namespace {

// What a rendering depends on besides the wire.
constexpr std::uint64_t with_private_member = 1;
constexpr std::uint64_t with_notices = 2;
constexpr std::uint64_t with_id = 4;

}  // namespace

RoomsUser::RoomsUser(std::string name, std::shared_ptr<Outbox> outbox, const RoomsWire& wire,
                     const Limits& limits, const rooms::Features& features)
    : ChatUser(std::move(name), std::move(outbox), wire.max_waiting_frames(limits)),
      wire_(wire),
      features_(features) {}

Format RoomsUser::format() const {
  return {&wire_, (features_.privately ? with_private_member : 0) | (features_.who ? with_notices : 0)};
}

Format RoomsUser::format_for(const Message& message) const {
  const std::uint64_t privately = message.is_private() && features_.privately ? with_private_member : 0;
  return {&wire_, privately | (gets_id(message) ? with_id : 0)};
}

/// The sender's own copy alone.
bool RoomsUser::gets_id(const Message& message) const {
  return features_.delivery && !message.client_id().empty() && message.source() == source();
}

Frames RoomsUser::render(const Message& message, const Format&) const {
  auto pieces =
      rooms::messages({message.sender(), message.room(), message.body(), message.is_private(),
                       features_.privately, gets_id(message) ? message.client_id() : std::string_view()},
                      wire_.max_object_bytes);
  for (std::string& piece : pieces) piece = wire_.to_frame(std::move(piece));
  return make_frames(std::move(pieces));
}

Frames RoomsUser::render_notice(const Notice& notice, const Format&) const {
  const bool has_arrived = notice.kind() == Notice::Kind::arrived;
  if (!features_.who)
    return render_sentence(std::string(notice.name()) +
                           (has_arrived ? " has joined the room." : " has left the room."));
  return {
      make_frame(wire_.to_frame(has_arrived ? rooms::arrived(notice.name(), notice.dialect(), notice.room())
                                            : rooms::left(notice.name(), notice.room())))};
}

Frames RoomsUser::render_sentence(std::string_view sentence) const {
  return {make_frame(wire_.to_frame(rooms::notification(sentence)))};
}

Frames RoomsUser::render_left_out(std::size_t count) const {
  return render_sentence(std::to_string(count) + " messages came too fast and were left out here.");
}

}  // namespace parley
