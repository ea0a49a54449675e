#include "client/service_talk.hpp"

#include <algorithm>
#include <utility>

#include "client/clock_time.hpp"
#include "protocol/text.hpp"
#include "protocol/user_name.hpp"

namespace parley::client {
namespace {

constexpr std::string_view who = "who";
constexpr std::string_view whois = "whois ";
constexpr std::string_view features = "features audience";
constexpr std::string_view notices_on = "notices on";
constexpr int unable_to_send = 102;

void append_line(std::string& text, std::string_view line) {
  if (!text.empty()) text += "\r\n";
  text += line;
}

}  // namespace

std::vector<std::string> ServiceTalk::on_registered() {
  const bool worked = state_ == State::works;
  state_ = State::unknown;
  list_.reset();
  whois_asked_ = 0;
  features_asked_ = notices_asked_ = has_notices_ = was_asked_quietly_ = false;
  if (!is_allowed_ || (!worked && !known_.has(server_))) return {};
  auto questions = begin_use();
  if (auto question = ask_quietly()) questions.push_back(*std::move(question));
  return questions;
}

std::vector<std::string> ServiceTalk::begin_use() {
  features_asked_ = notices_asked_ = true;
  return {std::string(features), std::string(notices_on)};
}

std::optional<std::string> ServiceTalk::ask_who(std::string_view name, Deadline now) {
  if (!can_ask()) return std::nullopt;
  if (!name.empty()) {
    ++whois_asked_;
    return std::string(whois).append(name);
  }
  if (list_ && now < list_->asked_at + list_patience) {  // it comes already
    list_->is_wanted = true;
    return std::string();
  }
  list_ = List{true, now};
  return std::string(who);
}

std::optional<std::string> ServiceTalk::ask_quietly() {
  if (!can_ask() || list_ || std::exchange(was_asked_quietly_, true)) return std::nullopt;
  list_ = List{false, Clock::now()};
  return std::string(who);
}

ServiceTalk::Told ServiceTalk::on_outcome(std::string_view question, bool delivered, int code) {
  if (delivered) return {};
  const bool has_none = code == unable_to_send && state_ == State::unknown;
  const bool is_list = question == who;
  const bool is_wanted = question.starts_with(whois) || (is_list && list_ && list_->is_wanted);
  if (is_list) list_.reset();
  if (has_none) {
    state_ = State::none;
    known_.set(server_, false);
  }
  if (!is_wanted) return {};
  if (has_none) return {.is_untold = true};
  return {.text = remark("  SERVER has not answered; ask again.", display_)};
}

std::optional<ServiceTalk::Told> ServiceTalk::on_message(const Message& message, std::time_t now) {
  if (!can_ask() || !equal_ignoring_case(message.sender, service_name)) return std::nullopt;
  const std::string_view text = message.text;
  if (list_)
    if (auto part = parse_who(text); part && part->part == list_->parts_seen + 1)
      return on_part(*std::move(part), now);
  if (whois_asked_ > 0 && text.starts_with(whois)) {
    --whois_asked_;
    return Told{.text = describe_whois(text.substr(whois.size()), now)};
  }
  if (features_asked_ && text.starts_with("features ")) {
    features_asked_ = false;
    return Told{};
  }
  if (notices_asked_ && text == notices_on) {
    notices_asked_ = false;
    has_notices_ = true;
    return Told{};
  }
  if (!has_notices_) return std::nullopt;
  const auto notices = parse_notices(text);
  if (notices.empty()) return std::nullopt;
  Told told{.text = describe_notices(notices, now)};
  for (const Notice& notice : notices)
    if (notice.came) told.names.insert(told.names.end(), notice.names.begin(), notice.names.end());
  return told;
}

ServiceTalk::Told ServiceTalk::on_part(WhoPart part, std::time_t now) {
  Told told;
  if (std::exchange(state_, State::works) != State::works) {
    known_.set(server_, true);
    if (!features_asked_ && !has_notices_) told.questions = begin_use();
  }
  list_->parts_seen = part.part;
  for (Presence& user : part.users) {
    told.names.push_back(user.name);
    if (list_->users.size() < max_listed) list_->users.push_back(std::move(user));
  }
  if (part.part < part.parts) return told;
  if (list_->is_wanted) told.text = describe_list(part, now);
  list_.reset();
  return told;
}

std::string ServiceTalk::describe_list(const WhoPart& last, std::time_t now) const {
  std::size_t widest = 0;
  for (const Presence& user : list_->users) widest = std::max(widest, visible(user.name).size());
  std::string text = "  " + std::to_string(last.count) + " here";
  for (const Presence& user : list_->users) {
    const std::string name = visible(user.name);
    append_line(text,
                "  " + styled_name(user.name, display_) + std::string(widest - name.size() + 2, ' ') +
                    remark(visible(user.dialect) + (user.room.empty() ? "" : ", " + visible(user.room)) +
                               ", since " + visible(to_local_time(user.since, now)),
                           display_));
  }
  if (last.count > list_->users.size())
    append_line(text, "  and " + std::to_string(last.count - list_->users.size()) + " more");
  return text;
}

/// "bob: telnet, room General, since 2026-11-26T20:31:05Z"
std::string ServiceTalk::describe_whois(std::string_view answer, std::time_t now) const {
  constexpr std::string_view since = ", since ";
  const auto place = answer.rfind(since);
  if (place == std::string_view::npos) return remark("  " + visible(answer), display_);
  const auto time = place + since.size();
  return remark("  " + visible(answer.substr(0, time)) + visible(to_local_time(answer.substr(time), now)),
                display_);
}

/// "12:03 ann, bob and 118 others came"
std::string ServiceTalk::describe_notices(const std::vector<Notice>& notices, std::time_t now) const {
  std::string text;
  for (const Notice& notice : notices) {
    std::string line = clock_time(now);
    const std::size_t parts = notice.names.size() + (notice.others > 0 ? 1 : 0);
    for (std::size_t i = 0; i < parts; ++i) {
      line += i == 0 ? " " : i + 1 == parts ? " and " : ", ";
      line += i < notice.names.size() ? visible(notice.names[i]) : std::to_string(notice.others) + " others";
    }
    append_line(text, remark(line + (notice.came ? " came" : " left"), display_));
  }
  return text;
}

}  // namespace parley::client
