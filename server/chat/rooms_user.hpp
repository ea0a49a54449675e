#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "protocol/rooms_features.hpp"
#include "server/chat/chat_user.hpp"
#include "server/chat/rooms_wire.hpp"

namespace parley {

/// A user who is told everything in the JSON of the rooms.
class RoomsUser final : public ChatUser {
 public:
  /// `wire` outlives the user.
  RoomsUser(std::string name, std::shared_ptr<Outbox> outbox, const RoomsWire& wire, const Limits& limits,
            const rooms::Features& features);

  std::string_view dialect() const override { return wire_.dialect; }
  bool hears_itself() const override { return true; }

 private:
  Format format() const override;
  Format format_for(const Message& message) const override;
  Frames render(const Message& message, const Format& format) const override;
  Frames render_notice(const Notice& notice, const Format& format) const override;
  Frames render_sentence(std::string_view sentence) const override;
  Frames render_left_out(std::size_t count) const override;

  bool gets_id(const Message& message) const;

  const RoomsWire& wire_;
  const rooms::Features features_;
};

}  // namespace parley
