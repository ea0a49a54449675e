#include "client/conversation.hpp"

#include <utility>

#include "base/overloaded.hpp"

namespace parley::client {

void Conversation::sign_on(const std::string& name) {
  name_ = name;
  client_.sign_on(name);
}

void Conversation::leave() {
  reconnects_ = false;
  retry_at_.reset();
  client_.leave();
}

void Conversation::send(OutgoingLine line) {
  waiting_.push_back(std::move(line));
  send_next();
}

void Conversation::send_next() {
  if (!client_.can_send() || waiting_.empty()) return;
  last_sent_ = std::move(waiting_.front());
  waiting_.pop_front();
  client_.send(last_sent_.recipient, last_sent_.text);
}

std::optional<Deadline> Conversation::next_wake() const {
  const auto wake = client_.next_wake();
  return wake && retry_at_ ? std::min(wake, retry_at_) : wake ? wake : retry_at_;
}

std::optional<ClientEvent> Conversation::next_event() {
  if (retry_at_ && Clock::now() >= *retry_at_) {
    retry_at_.reset();
    client_.sign_on(name_);
  }
  auto event = client_.next_event();
  if (event) {
    count(*event);
    send_next();
  }
  return event;
}

void Conversation::retry_later() {
  if (reconnects_ && was_registered_) retry_at_ = Clock::now() + pauses_.next();
}

void Conversation::count(const ClientEvent& event) {
  std::visit(Overloaded{
                 [&](const Registered&) {
                   is_registered_ = was_registered_ = true;
                   is_lost_ = false;
                   pauses_.begin_anew();
                 },
                 [&](const Refused&) { retry_later(); },
                 [&](const Lost&) {
                   is_registered_ = false;
                   is_lost_ = true;
                   retry_later();
                 },
                 [&](const Message&) { ++messages_; },
                 [&](const Outcome& outcome) {
                   has_failed_ = has_failed_ || !outcome.delivered;
                   if (!outcome.delivered && outcome.code == 0) given_up_ = std::move(last_sent_);
                 },
                 [](const auto&) {},
             },
             event);
}

}  // namespace parley::client
