#include <ctime>
#include <limits>
#include <utility>

#include "base/overloaded.hpp"
#include "client/terminal_chat.hpp"
#include "protocol/text.hpp"
#include "protocol/user_name.hpp"

namespace parley::client {
namespace {

std::tm local_time() {
  const std::time_t now = std::time(nullptr);
  std::tm time{};
  (void)::localtime_r(&now, &time);
  return time;
}

}  // namespace

void TerminalChat::show_events(std::size_t limit) {
  std::string text;
  for (std::size_t shown = 0; shown < limit && !conversation_.is_over(); ++shown) {
    const auto event = conversation_.next_event();
    if (!event) break;
    const std::string line = to_line(*event);
    if (!text.empty() && !line.empty()) text += "\r\n";
    text += line;
  }
  if (!text.empty()) editor_.print_above(text);
  if (conversation_.is_over() || conversation_.has_enough()) editor_.interrupt();
}

/// Empty: there is nothing to tell.
std::string TerminalChat::to_line(const ClientEvent& event) {
  return std::visit(
      Overloaded{
          [&](const Registered& registered) { return on_return(registered); },
          [&](const Refused& refused) { return trouble(describe_refusal(name_, refused, display_)); },
          [&](const Lost& lost) { return on_loss(lost); },
          [&](const Message& message) { return on_message(message); },
          [&](const Outcome& outcome) { return on_outcome(outcome); },
          [&](const Waiting&) {
            return conversation_.is_asking() ? std::string() : describe(event, local_time(), display_);
          },
          [&](const auto&) { return describe(event, local_time(), display_); },
      },
      event);
}

std::string TerminalChat::on_message(const Message& message) {
  if (auto told = service_.on_message(message, std::time(nullptr))) return do_as_told(*std::move(told));
  names_.add(message.sender);
  if (message.audience != Message::Audience::all && name_problem(message.sender).empty())
    addressing_.note_writer(message.sender);
  return describe(message, local_time(), display_);
}

/// With the line, where nobody knows what became of it.
std::string TerminalChat::on_outcome(const Outcome& outcome) {
  const OutgoingLine& answered = conversation_.answered();
  if (!outcome.late && answered.is_question) {
    auto told = service_.on_outcome(answered.text, outcome.delivered, outcome.code);
    return told.is_untold ? tell_heard_of() : do_as_told(std::move(told));
  }
  if (outcome.late && equal_ignoring_case(outcome.recipient, service_name)) return {};
  std::string text = describe(outcome, local_time(), display_);
  if (outcome.code == 0 && !outcome.delivered && !outcome.late)
    text += "\r\n" + remark("    " + visible_beginning(answered.text, longest_quote_bytes), display_);
  return text;
}

std::string TerminalChat::on_loss(const Lost& lost) {
  const bool is_news = std::exchange(is_online_, false);
  set_prompt();
  if (!is_news) return trouble(describe_failure(lost.reason, display_));
  const std::string text = describe(lost, local_time(), display_);
  return conversation_.is_over() ? text : text + remark("; trying to connect again", display_);
}

/// Why a new connection was not had yet; told once.
std::string TerminalChat::trouble(std::string text) {
  if (text == last_trouble_) return {};
  last_trouble_ = std::move(text);
  return last_trouble_ + remark(" (trying on)", display_);
}

std::string TerminalChat::on_return(const Registered& registered) {
  is_online_ = true;
  last_trouble_.clear();
  if (is_valid_name(registered.name)) name_ = registered.name;
  set_prompt();
  ask(service_.on_registered());
  return remark("Connected again; you are " + visible(name_) + ".", display_);
}

std::string TerminalChat::tell_heard_of() const {
  std::string known;
  for (const std::string& name : names_.starting_with(""))
    if (!is_broadcast_name(name)) known += (known.empty() ? "" : ", ") + visible(name);
  return remark("  Who is here is not told. " +
                    (known.empty() ? "Nobody has been heard of yet." : "Heard of: " + known),
                display_);
}

/// What SERVER told is known to Tab, behind who was seen of late.
void TerminalChat::learn(const std::vector<std::string>& here) {
  auto seen = names_.starting_with("");
  const std::size_t room = NamesSeen::max_names - std::min(seen.size(), NamesSeen::max_names);
  for (std::size_t i = 0; i < std::min(room, here.size()); ++i)
    if (!equal_ignoring_case(here[i], name_)) names_.add(here[i]);
  for (; !seen.empty(); seen.pop_back()) names_.add(seen.back());
}

std::string TerminalChat::do_as_told(ServiceTalk::Told told) {
  learn(told.names);
  ask(told.questions);
  return std::move(told.text);
}

}  // namespace parley::client
