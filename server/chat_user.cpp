#include "server/chat_user.hpp"

#include <utility>

namespace parley {

void ChatUser::deliver(const Message& message, Receipt receipt) {
  if (is_retired_.load(std::memory_order_relaxed)) return;  // the receipt reports the failure
  Frames frames = render(message);
  for (std::size_t i = 0; i < frames.size(); ++i)
    outbox_->send(std::move(frames[i]), i + 1 < frames.size() ? Receipt{} : std::move(receipt));
}

void ChatUser::announce(const Notice& notice) {
  if (is_retired_.load(std::memory_order_relaxed)) return;
  for (std::string& frame : render(notice)) outbox_->send(std::move(frame));
}

}  // namespace parley
