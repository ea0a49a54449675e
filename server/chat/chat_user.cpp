#include "server/chat/chat_user.hpp"

#include <utility>

namespace parley {

void ChatUser::deliver(const Message& message, Receipt receipt) {
  if (!may_send()) return;  // the receipt reports the failure
  const Format wanted = format_for(message);
  const Frames& frames = message.rendered(wanted, [&] { return render(message, wanted); });
  for (std::size_t i = 0; i + 1 < frames.size(); ++i) outbox_->send(frames[i], {}, message.answer_by());
  if (!frames.empty()) outbox_->send(frames.back(), std::move(receipt), message.answer_by());
}

/// A user who is behind is told so once it has caught up.
bool ChatUser::may_send() {
  if (is_retired_.load(std::memory_order_relaxed)) return false;
  if (outbox_->connection().waiting_frames() >= max_waiting_frames_) {
    left_out_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  if (const std::size_t count = left_out_.exchange(0, std::memory_order_relaxed); count > 0)
    for (const SharedFrame& frame : render_left_out(count)) outbox_->send(frame);
  return true;
}

void ChatUser::announce(const Notice& notice) {
  if (!hears_notices() || !may_send()) return;
  const Format wanted = format();
  for (const SharedFrame& frame : notice.rendered(wanted, [&] { return render_notice(notice, wanted); }))
    outbox_->send(frame);
}

void ChatUser::log(std::string_view line) const {
  outbox_->connection().log(spdlog::level::info, "{}", line);
}

/// Not one who has signed off just now: the connection is no longer this user's.
void ChatUser::evict(const char* reason, const Sentence& farewell) noexcept {
  if (!is_retired_.load(std::memory_order_relaxed)) outbox_->connection().ask_to_end(reason, farewell);
}

void ChatUser::hear_operator(std::string_view sentence) {
  if (!may_send()) return;
  for (const SharedFrame& frame : render_sentence(sentence)) outbox_->send(frame);
}

std::optional<Standing> ChatUser::standing() const {
  Connection& connection = outbox_->connection();
  const Traffic traffic = connection.traffic();
  return Standing{to_text(connection.peer()), traffic.from_peer_bytes, traffic.to_peer_bytes,
                  connection.waiting_bytes() + connection.held_bytes()};
}

}  // namespace parley
