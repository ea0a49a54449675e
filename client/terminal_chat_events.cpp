#include <ctime>
#include <utility>

#include "base/overloaded.hpp"
#include "client/terminal_chat.hpp"
#include "protocol/text.hpp"
#include "protocol/user_name.hpp"

namespace parley::client {
void TerminalChat::show_events(std::size_t limit) {
  for (std::size_t shown = 0; shown < limit && !conversation_.is_over(); ++shown) {
    const auto event = conversation_.next_event();
    if (!event) break;
    show(*event);
  }
  if (conversation_.is_over() || conversation_.has_enough()) editor_.interrupt();
}

void TerminalChat::show(const ClientEvent& event) {
  std::visit(Overloaded{
                 [&](const Registered& registered) { on_return(registered); },
                 [&](const Refused& refused) { tell_trouble(describe_refusal(name_, refused, display_)); },
                 [&](const Lost& lost) { on_loss(lost); },
                 [&](const Message& message) { on_message(message); },
                 [&](const Outcome& outcome) { on_outcome(outcome); },
                 [&](const Waiting& waiting) {
                   if (!conversation_.is_asking())
                     transcript_.note("waiting for " + visible(waiting.recipient) + " ...");
                 },
                 [&](const Strange&) {
                   transcript_.show(describe(event, std::time(nullptr), display_), Wrap::at_blanks);
                 },
                 [&](const NewServer& server) {
                   transcript_.show(remark(visible(server.text), display_), Wrap::at_blanks);
                 },
                 [](const Connecting&) {},
             },
             event);
}

void TerminalChat::on_message(const Message& message) {
  const std::time_t now = std::time(nullptr);
  if (const auto told = service_.on_message(message, now)) return do_as_told(*told);
  names_.add(message.sender);
  if (message.audience != Message::Audience::all && name_problem(message.sender).empty())
    addressing_.note_writer(message.sender);
  transcript_.show(describe(message, now, display_));
  if (!leaving_) editor_.put_sequences(attention_.on_message(message.audience, Clock::now()));
}

void TerminalChat::on_outcome(const Outcome& outcome) {
  const OutgoingLine& answered = conversation_.answered();
  if (!outcome.late && answered.is_question) {
    const auto told = service_.on_outcome(answered.text, outcome.delivered, outcome.code);
    return told.is_untold ? tell_heard_of() : do_as_told(told);
  }
  if (!outcome.late || !equal_ignoring_case(outcome.recipient, service_name)) transcript_.mark(outcome);
}

void TerminalChat::on_loss(const Lost& lost) {
  const bool is_news = std::exchange(is_online_, false);
  set_prompt();
  if (!is_news) return tell_trouble(describe_failure(lost.reason, display_));
  const std::string text = describe(lost, std::time(nullptr), display_);
  transcript_.show(conversation_.is_over() ? text : text + remark("; trying to connect again", display_),
                   Wrap::at_blanks);
}

/// Why a new connection was not had yet; told once.
void TerminalChat::tell_trouble(const std::string& text) {
  if (std::exchange(last_trouble_, text) == text) return;
  transcript_.show(conversation_.is_over() ? text : text + remark(" (trying on)", display_), Wrap::at_blanks);
}

void TerminalChat::on_return(const Registered& registered) {
  is_online_ = true;
  last_trouble_.clear();
  if (is_valid_name(registered.name)) name_ = registered.name;
  set_prompt();
  transcript_.remark("Connected again; you are " + visible(name_) + ".");
  ask(service_.on_registered());
}

void TerminalChat::tell_heard_of() {
  std::string known;
  for (const std::string& name : names_.starting_with(""))
    if (!is_broadcast_name(name)) known += (known.empty() ? "" : ", ") + visible(name);
  transcript_.remark("  Who is here is not told. " +
                     (known.empty() ? "Nobody has been heard of yet." : "Heard of: " + known));
}

/// What SERVER told is known to Tab, behind who was seen of late.
void TerminalChat::learn(const std::vector<std::string>& here) {
  auto seen = names_.starting_with("");
  const std::size_t room = NamesSeen::max_names - std::min(seen.size(), NamesSeen::max_names);
  for (std::size_t i = 0; i < std::min(room, here.size()); ++i)
    if (!equal_ignoring_case(here[i], name_)) names_.add(here[i]);
  for (; !seen.empty(); seen.pop_back()) names_.add(seen.back());
}

void TerminalChat::do_as_told(const ServiceTalk::Told& told) {
  learn(told.names);
  ask(told.questions);
  transcript_.show(told.text, Wrap::at_blanks);
}

}  // namespace parley::client
