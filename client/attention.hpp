#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "client/connection.hpp"
#include "client/event_queue.hpp"
#include "client/line_editor.hpp"

namespace parley::client {

/// Whether the user looks at the terminal, and what calls them back: a bell, and a count in the title of its
/// window. A terminal that tells of no focus is looked at while keys are typed. Writes nothing itself: what
/// it returns is for the terminal, and holds nothing that others sent. Belongs to one thread.
class Attention {
 public:
  /// Without a key for this long the user may be elsewhere, where the focus is not known.
  static constexpr std::chrono::seconds idle_time{10};

  /// Between two bells: lines may come by the hundred.
  static constexpr std::chrono::seconds bell_pause{1};

  struct Means {
    bool bell = false;
    bool title = false;
  };

  Attention(Means means, Deadline now) : means_(means), typed_at_(now) {}

  std::string on_sign(UserSign sign, Deadline now);

  /// A line has come. Where it is not told to whom, the first one of an absence rings, and no more.
  std::string on_message(Message::Audience audience, Deadline now);

  /// The terminal is no longer parley's: puts its title back.
  std::string leave();

 private:
  bool is_away(Deadline now) const;

  const Means means_;
  Deadline typed_at_;
  std::optional<bool> has_focus_;  // unknown until the terminal tells
  std::optional<Deadline> rang_at_;
  std::size_t unread_ = 0;
};

}  // namespace parley::client
