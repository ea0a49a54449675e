#include "client/conversation.hpp"

#include <algorithm>
#include <utility>

#include "base/overloaded.hpp"
#include "client/service.hpp"
#include "protocol/unwelcome.hpp"

namespace parley::client {

void Conversation::sign_on(const std::string& name, const Secret& password) {
  name_ = name;
  password_ = password;
  client_.sign_on(name, password);
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

void Conversation::ask(std::string question) {
  const auto is_typed = [](const OutgoingLine& line) { return !line.is_question; };
  const auto behind_questions = std::ranges::find_if(waiting_, is_typed);
  waiting_.insert(behind_questions, {std::string(service_name), std::move(question), true});
  send_next();
}

bool Conversation::is_all_answered() const {
  const auto is_question = [](const OutgoingLine& line) { return line.is_question; };
  return std::ranges::all_of(waiting_, is_question) && (!client_.waiting() || is_asking());
}

void Conversation::send_next() {
  if (!client_.can_send() || waiting_.empty()) return;
  last_sent_ = std::move(waiting_.front());
  waiting_.pop_front();
  client_.send(last_sent_.recipient, last_sent_.text);
}

std::optional<Deadline> Conversation::next_wake() const {
  if (client_.can_send() && !waiting_.empty()) return Deadline{};
  const auto wake = client_.next_wake();
  return wake && retry_at_ ? std::min(wake, retry_at_) : wake ? wake : retry_at_;
}

std::optional<ClientEvent> Conversation::next_event() {
  if (retry_at_ && Clock::now() >= *retry_at_) {
    retry_at_.reset();
    client_.sign_on(name_, password_);
  }
  send_next();  // not before the caller has seen the event that makes it possible, and asked what it wants
  auto event = client_.next_event();
  if (event) count(*event);
  return event;
}

void Conversation::retry_unless(bool is_dismissal) {
  is_dismissed_ = is_dismissal;
  if (is_dismissal && was_registered_) reconnects_ = false;
  if (reconnects_ && was_registered_) retry_at_ = Clock::now() + pauses_.next();
}

void Conversation::count(const ClientEvent& event) {
  std::visit(Overloaded{
                 [&](const Registered&) {
                   is_registered_ = was_registered_ = true;
                   is_lost_ = is_dismissed_ = false;
                   pauses_.begin_anew();
                 },
                 [&](const Refused& refused) { retry_unless(is_dismissal(refused.phrase)); },
                 [&](const Lost& lost) {
                   is_registered_ = false;
                   is_lost_ = true;
                   std::erase_if(waiting_, [](const OutgoingLine& line) { return line.is_question; });
                   retry_unless(lost.is_dismissal);
                 },
                 [&](const Message&) { ++messages_; },
                 [&](const Outcome& outcome) {
                   if (!outcome.late) answered_ = std::move(last_sent_);
                   has_failed_ = has_failed_ || !outcome.delivered;
                 },
                 [](const auto&) {},
             },
             event);
}

}  // namespace parley::client
