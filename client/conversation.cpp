#include "client/conversation.hpp"

#include <utility>

#include "base/overloaded.hpp"

namespace parley::client {

void Conversation::send(OutgoingLine line) {
  waiting_.push_back(std::move(line));
  send_next();
}

void Conversation::send_next() {
  if (!is_registered_ || client_.waiting() || waiting_.empty()) return;
  client_.send(waiting_.front().recipient, waiting_.front().text);
  waiting_.pop_front();
}

std::optional<ClientEvent> Conversation::next_event() {
  auto event = client_.next_event();
  if (event) {
    count(*event);
    send_next();
  }
  return event;
}

void Conversation::count(const ClientEvent& event) {
  std::visit(Overloaded{
                 [&](const Registered&) {
                   is_registered_ = true;
                   is_lost_ = false;
                 },
                 [&](const Lost&) {
                   is_registered_ = false;
                   is_lost_ = true;
                 },
                 [&](const Message&) { ++messages_; },
                 [&](const Outcome& outcome) { has_failed_ = has_failed_ || !outcome.delivered; },
                 [](const auto&) {},
             },
             event);
}

}  // namespace parley::client
