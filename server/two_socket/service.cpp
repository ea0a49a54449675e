#include "server/two_socket/service.hpp"

#include <algorithm>
#include <utility>

#include "protocol/service.hpp"
#include "protocol/user_name.hpp"

namespace parley {

using service::Command;
using Traffic = Mailbox::Traffic;

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

/// By the name it gives. One that gives none is SERVER's as long as it owes one: if it was the message's,
/// that is reported by the next, a moment late and never too early.
bool Service::acknowledge(Outcome outcome, std::string_view sender) {
  const bool names_service = service::is_service_name(sender);
  const bool is_for_message = !names_service && (!is_out() || mailbox_.is_out_from(sender));
  if (!is_for_message) {
    {
      const MutexLock lock(mutex_);
      if (!std::exchange(is_out_, false)) return false;
      is_refused_ = outcome != Outcome::received;
    }
    if (!names_service) mailbox_.doubt_answer();
  } else if (!mailbox_.acknowledge(outcome)) {
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

void Service::serve_one() {
  const std::string body = next_body();
  if (!body.empty()) mailbox_.send_aside({service::name, body, Audience::user, {}});
}

/// Of the FORWARD that is out from here on; empty when none may leave now.
std::string Service::next_body() {
  const auto now = Clock::now();
  const Traffic traffic = mailbox_.traffic();
  Answer answer{};
  {
    const MutexLock lock(mutex_);
    if (is_out_) return {};
    if (std::exchange(is_refused_, false) && parts_sent_ > 0) {  // who cannot read it is spared the rest
      answers_.pop_front();
      parts_sent_ = 0;
    }
    if (answers_.empty()) return next_notices(now, traffic == Traffic::quiet);
    answer = answers_.front();
  }
  if (traffic == Traffic::shut || !replies_.is_answered(answer.sequence)) {
    receiving_.set_deadline(Deadline::service, now + Limits::notice_gathering);
    return {};
  }
  bool is_last = true;
  if (answer.text.empty()) answer.text = next_part(is_last);
  const MutexLock lock(mutex_);
  if (is_last) answers_.pop_front();
  is_out_ = true;
  return std::move(answer.text);
}

std::string Service::next_notices(Clock::time_point now, bool is_quiet) {
  if (notices_.is_empty()) return {};
  if (now < notices_due_ || !is_quiet) {
    const bool are_early = now < notices_due_;
    receiving_.set_deadline(Deadline::service, are_early ? notices_due_ : now + Limits::notice_gathering);
    return {};
  }
  is_out_ = true;
  return notices_.take();
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
