#include "server/two_socket/service.hpp"

#include <algorithm>
#include <utility>

#include "protocol/service.hpp"
#include "protocol/user_name.hpp"

namespace parley {

using service::Command;

Service::Service(const Member& user, Mailbox& mailbox, const Replies& replies, Connection& receiving,
                 Directory& directory)
    : user_(user), mailbox_(mailbox), replies_(replies), receiving_(receiving), directory_(directory) {
  mailbox_.remember_senders();
}

bool Service::has_room() const {
  const MutexLock lock(mutex_);
  return answers_.size() < Limits::max_service_questions;
}

void Service::ask(std::string_view question, std::uint64_t sequence) {
  Answer answer{sequence, answer_to(question)};
  {
    const MutexLock lock(mutex_);
    answers_.push_back(std::move(answer));
  }
  serve();
}

std::string Service::answer_to(std::string_view question) {
  const Command command = service::parse(question);
  switch (command.kind) {
    case Command::Kind::help:
      return service::to_help();
    case Command::Kind::who:
      return {};
    case Command::Kind::whois:
      return service::to_whois(command.argument, directory_.presence(command.argument));
    case Command::Kind::notices_on:
      switch_notices(true);
      return "notices on";
    case Command::Kind::notices_off:
      switch_notices(false);
      return "notices off";
    case Command::Kind::version:
      return std::string("parleyd ") + PARLEY_VERSION;
    case Command::Kind::features:
      return switch_features(command.argument);
    case Command::Kind::unknown:
      break;
  }
  return service::to_unknown(command.argument);
}

void Service::switch_notices(bool on) {
  {
    const MutexLock lock(mutex_);
    hears_notices_ = on;
    if (!on) notices_.clear();
  }
  directory_.let_hear(user_, on);
}

std::string Service::switch_features(std::string_view words) {
  if (words.empty()) return std::string("features supported: ").append(service::audience_feature);
  if (service::has_word(words, "none")) tells_audience_ = false;
  if (service::has_word(words, service::audience_feature)) tells_audience_ = true;
  mailbox_.tell_audience(tells_audience_);
  std::string text = "features on:";
  if (tells_audience_) text.append(" ").append(service::audience_feature);
  return text;
}

/// By the name it gives. One that gives none is the oldest's: SERVER's, as long as the user owes it one, for
/// that was written when no message was out. A word of the operator's is a message that comes from SERVER,
/// too.
bool Service::acknowledge(Outcome outcome, std::string_view sender) {
  if (!is_for_message(sender)) {
    const MutexLock lock(mutex_);
    if (!std::exchange(is_out_, false)) return false;
    is_refused_ = outcome != Outcome::received;
  } else if (!mailbox_.acknowledge(outcome, Mailbox::Behind::who_wants_the_turn)) {
    return false;
  }
  serve();
  return true;
}

/// Others that come meanwhile leave theirs to the thread that is here already.
void Service::serve() {
  {
    const MutexLock lock(mutex_);
    is_to_look_ = true;
    if (std::exchange(is_serving_, true)) return;
  }
  for (;;) {
    {
      const MutexLock lock(mutex_);
      is_serving_ = std::exchange(is_to_look_, false);
      if (!is_serving_) return;
    }
    serve_one();
  }
}

/// The turn may be here already, from acknowledge(): it is given back in any case.
void Service::serve_one() {
  const auto now = Clock::now();
  const auto when = due(now);
  if (when && *when <= now && mailbox_.take_turn()) {
    const std::string body = next_body();
    if (!body.empty()) mailbox_.send_aside({service::name, body, Audience::user, {}});
  } else if (when) {
    receiving_.set_deadline(Deadline::service, *when <= now ? now + Limits::notice_gathering : *when);
  }
  mailbox_.give_turn();
}

/// When the next FORWARD may leave, as far as that is not the mailbox's to say; nothing when none is owed.
std::optional<Service::Clock::time_point> Service::due(Clock::time_point now) {
  std::uint64_t sequence = 0;
  {
    const MutexLock lock(mutex_);
    if (is_out_) return std::nullopt;
    if (std::exchange(is_refused_, false) && parts_sent_ > 0) {  // who cannot read it is spared the rest
      answers_.pop_front();
      parts_sent_ = 0;
    }
    if (answers_.empty()) return notices_.is_empty() ? std::nullopt : std::optional(notices_due_);
    sequence = answers_.front().sequence;
  }
  return replies_.is_answered(sequence) ? now : now + Limits::notice_gathering;
}

/// Of the FORWARD that is out from here on; empty when there is none, for notices are not wanted any more.
std::string Service::next_body() {
  Answer answer{};
  {
    const MutexLock lock(mutex_);
    is_out_ = !answers_.empty() || !notices_.is_empty();
    if (answers_.empty()) return notices_.take();
    answer = answers_.front();
  }
  bool is_last = true;
  if (answer.text.empty()) answer.text = next_part(is_last);
  if (is_last) {
    const MutexLock lock(mutex_);
    answers_.pop_front();
  }
  return std::move(answer.text);
}

/// The list goes on behind the last name that it has told, whoever has come and gone since: it keeps nothing
/// else.
std::string Service::next_part(bool& is_last) {
  if (parts_sent_ == 0) last_key_.clear();
  const auto page = directory_.page_behind(last_key_, service::users_in_part);
  const std::size_t part = ++parts_sent_;
  const std::size_t expected = (page.count + service::users_in_part - 1) / service::users_in_part;
  is_last = page.is_last;
  if (is_last)
    parts_sent_ = 0;
  else
    last_key_ = fold_case(page.users.back().name);
  return service::to_part(part, is_last ? part : std::max(expected, part + 1), page.count, page.users);
}

bool Service::is_for_message(std::string_view sender) const {
  const bool names_service = service::is_service_name(sender);
  if (is_out()) return !names_service && mailbox_.is_out_from(sender);
  return !names_service || mailbox_.is_out_from(service::name) || mailbox_.is_out_from({});
}

bool Service::is_out() const {
  const MutexLock lock(mutex_);
  return is_out_;
}

void Service::note(const Notice& notice) {
  const MutexLock lock(mutex_);
  if (!hears_notices_) return;
  const bool is_first = notices_.is_empty();
  notices_.add(notice);
  if (!is_first) return;
  notices_due_ = Clock::now() + Limits::notice_gathering;
  receiving_.set_deadline(Deadline::service, notices_due_);
}

}  // namespace parley
