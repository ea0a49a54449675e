#include "server/chat/chat_user.hpp"

#include <utility>

namespace parley {

void ChatUser::deliver(const Message& message, Receipt receipt) {
  if (!may_send()) return;  // the receipt reports the failure
  Frames frames = render(message);
  for (std::size_t i = 0; i < frames.size(); ++i)
    if (!outbox_->send(std::move(frames[i]), i + 1 < frames.size() ? Receipt{} : std::move(receipt))) {
      left_out_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
}

/// A user who is behind is told so once it has caught up.
bool ChatUser::may_send() {
  if (is_retired_.load(std::memory_order_relaxed)) return false;
  if (outbox_->is_behind()) {
    left_out_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  if (const std::size_t count = left_out_.exchange(0, std::memory_order_relaxed); count > 0)
    for (std::string& frame : render_left_out(count)) outbox_->send(std::move(frame));
  return true;
}

void ChatUser::announce(const Notice& notice) {
  if (!may_send()) return;
  for (std::string& frame : render_notice(notice)) outbox_->send(std::move(frame));
}

}  // namespace parley
