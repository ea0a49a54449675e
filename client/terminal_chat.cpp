#include "client/terminal_chat.hpp"

#include <cstdlib>
#include <ctime>
#include <limits>
#include <utility>

#include "base/environment.hpp"
#include "client/sign_on.hpp"
#include "client/terminal_charset.hpp"
#include "protocol/text.hpp"
#include "protocol/user_name.hpp"

namespace parley::client {
namespace {

// For what was typed, when the terminal has been closed.
constexpr std::chrono::seconds farewell_time{3};

bool has_value(const char* variable) {
  return !environment_variable(variable).empty();
}

}  // namespace

TerminalChat::TerminalChat(const Options& options, const TerminalType& type)
    : options_(options),
      display_{!options.no_color && !has_value("NO_COLOR") && type.colors >= 8, TerminalCharset().is_utf8(),
               type.colors >= 16},
      conversation_(options, !options.no_reconnect),
      editor_(
          type,
          {conversation_.events_fd(), [this] { return conversation_.next_wake(); }, [this] { show_events(); },
           [this] { return !conversation_.is_full(); }, [this](UserSign sign) { on_sign(sign); }},
          [this](std::string_view before) { return complete(before); },
          [this](std::string_view line, std::size_t lines) { return ask_about_paste(line, lines); }),
      transcript_(editor_, display_, [] { return std::time(nullptr); }),
      attention_({.bell = !options.no_bell && type.tells_focus, .title = type.has_title}, Clock::now()),
      service_(KnownServices(state_folder()), options.connection.host + ":" + options.connection.port,
               !options.classic && !options.exit_after, display_) {}

ExitCode TerminalChat::run() {
  if (options_.log_file) transcript_.open_log(*options_.log_file);
  const auto signed_on = sign_on(conversation_, editor_, transcript_, options_, display_);
  if (const auto* exit_code = std::get_if<ExitCode>(&signed_on)) return *exit_code;
  name_ = std::get<std::string>(signed_on);
  transcript_.remark("You are " + visible(name_) + ". Write @name message; /help says more.");
  set_prompt();
  open_history();
  ask(service_.on_registered());
  chat();
  finish_sending();
  conversation_.leave();
  show_events(std::numeric_limits<std::size_t>::max());  // what was acknowledged is shown
  tell_unsent();
  if (conversation_.is_dismissed()) return ExitCode::refused;
  return conversation_.is_lost() ? ExitCode::lost : ExitCode::all_sent;
}

void TerminalChat::chat() {
  const LineEditor::Session session(editor_);
  while (!leaving_) {
    const auto line = editor_.read_line();
    if (!line) break;
    on_line(*line);
  }
  leaving_ = true;
  editor_.put_sequences(attention_.leave());
}

void TerminalChat::on_sign(UserSign sign) {
  editor_.put_sequences(attention_.on_sign(sign, Clock::now()));
  if (sign == UserSign::focus_lost)
    transcript_.look_away();
  else if (sign != UserSign::suspended)
    transcript_.look_back();
}

/// "alice> ", or "alice → bob> " when plain lines go to bob.
void TerminalChat::set_prompt() {
  std::string prompt = styled_name(name_, display_);
  if (conversation_.is_lost()) prompt += " (offline)";
  if (const auto& recipient = addressing_.recipient(); !recipient.empty())
    prompt.append(display_.utf8 ? " → " : " -> ").append(styled_name(recipient, display_));
  editor_.set_prompt(prompt + "> ");
}

/// The lines that were typed to this server before. Where there is no folder for them, nobody expects any.
void TerminalChat::open_history() {
  const auto folder = state_folder();
  if (options_.no_history || folder.empty()) return;
  const auto file = history_file(folder, options_.connection.host, options_.connection.port);
  if (const auto problem = editor_.history().open(file))
    transcript_.remark("  the history is not kept: " + visible(*problem));
}

/// Whether all of a long paste is to be sent to its recipient, as one message.
std::optional<std::string> TerminalChat::ask_about_paste(std::string_view line, std::size_t lines) {
  const auto addressed = addressing_.address(parse_typed_line(line));
  if (const auto* message = std::get_if<Outgoing>(&addressed))
    return "Send all " + std::to_string(lines) + " lines to " + std::string(message->recipient) +
           " as one message? (y/n) ";
  const auto* invalid = std::get_if<Invalid>(&addressed);
  const std::string problem = invalid == nullptr ? "a command has one line" : invalid->hint;
  transcript_.remark("  nothing of the " + std::to_string(lines) + " lines was pasted: " + problem);
  return std::nullopt;
}

void TerminalChat::choose(std::string_view recipient) {
  addressing_.choose(recipient);
  set_prompt();
}

void TerminalChat::send(const Outgoing& message) {
  names_.add(message.recipient);
  transcript_.show_own(message.recipient, message.text,
                       conversation_.is_lost() ? "kept until the server is back" : "");
  conversation_.send({std::string(message.recipient), std::string(message.text)});
  if (conversation_.waiting().size() <= 1) told_full_ = false;
  if (conversation_.is_full() && !std::exchange(told_full_, true))
    transcript_.remark("  " + std::to_string(Conversation::max_waiting_lines) +
                       " lines wait for the server, so keys wait, too; Ctrl-C leaves");
}

void TerminalChat::on_line(const std::string& line) {
  const TypedLine meaning = parse_typed_line(line);
  if (!std::holds_alternative<Blank>(meaning)) editor_.history().add(line);
  const auto addressed = addressing_.address(meaning);
  if (const auto* message = std::get_if<Outgoing>(&addressed))
    send(*message);
  else
    editor_.keep_line();
  if (const auto* invalid = std::get_if<Invalid>(&addressed))
    transcript_.remark("  not sent: " + invalid->hint);
  if (const auto* message = std::get_if<Outgoing>(&meaning)) choose(message->recipient);
  if (const auto* choice = std::get_if<Choice>(&meaning)) choose(choice->recipient);
  if (const auto* question = std::get_if<Question>(&meaning)) on_question(question->name);
  if (const auto* command = std::get_if<ChatCommand>(&meaning)) on_command(*command);
}

void TerminalChat::on_command(ChatCommand command) {
  switch (command) {
    case ChatCommand::names:
      return on_question({});
    case ChatCommand::help:
      return transcript_.show(help_text(), Wrap::at_blanks);
    case ChatCommand::clear:
      return editor_.clear_screen();
    case ChatCommand::quit:
      leaving_ = true;
  }
}

void TerminalChat::ask(const std::vector<std::string>& questions) {
  for (const std::string& question : questions) conversation_.ask(question);
}

/// Asks SERVER, or tells of whom we have heard where there is none.
void TerminalChat::on_question(std::string_view name) {
  if (conversation_.is_lost()) return transcript_.remark("  not asked: there is no connection");
  const auto question = service_.ask_who(name);
  if (question && !question->empty()) return conversation_.ask(*question);
  if (!question) tell_heard_of();
}

Candidates TerminalChat::complete(std::string_view before) {
  auto offer = offer_names(before, names_, command_names());
  const bool has_nothing = offer.words.empty() && offer.begin < before.size() && !before.starts_with('/');
  if (has_nothing && !conversation_.is_lost())
    if (const auto question = service_.ask_quietly()) conversation_.ask(*question);
  return offer;
}

/// The lines that will not be sent any more, so that nobody takes them for sent.
void TerminalChat::tell_unsent() {
  for (const OutgoingLine& line : conversation_.waiting())
    if (!line.is_question)
      transcript_.remark("  not sent to " + visible(line.recipient) + ": " +
                         visible_beginning(line.text, longest_quote_bytes));
}

/// Waits for the answers to what was typed; the usual Ctrl-C ends it, or that nobody is there to wait.
void TerminalChat::finish_sending() {
  const auto end = editor_.is_terminal_gone() ? std::optional(Clock::now() + farewell_time) : std::nullopt;
  while (!conversation_.is_lost() && !conversation_.is_all_answered() && (!end || Clock::now() < *end)) {
    wait_for_event(conversation_, end);
    show_events();
  }
}

}  // namespace parley::client
