#include "client/terminal_mode.hpp"

#include <poll.h>

#include <cstdlib>
#include <ctime>
#include <limits>
#include <string_view>
#include <utility>

#include "base/overloaded.hpp"
#include "client/appearance.hpp"
#include "client/conversation.hpp"
#include "client/line_editor.hpp"
#include "client/names_seen.hpp"
#include "client/service_talk.hpp"
#include "client/terminal_charset.hpp"
#include "client/terminal_type.hpp"
#include "client/typed_line.hpp"
#include "protocol/text.hpp"
#include "protocol/user_name.hpp"

namespace parley::client {
namespace {

// Of a line that is quoted to say which one it was.
constexpr std::size_t longest_quote_bytes = 200;

bool has_value(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

std::tm local_time() {
  const std::time_t now = std::time(nullptr);
  std::tm time{};
  (void)::localtime_r(&now, &time);
  return time;
}

/// One run of parley at a terminal. Belongs to one thread.
class TerminalMode {
 public:
  TerminalMode(const Options& options, const TerminalType& type);

  ExitCode run();

 private:
  std::optional<ExitCode> register_name();
  std::optional<std::string> ask_name();
  ClientEvent await_sign_on();
  void take_name(const std::string& registered);
  void set_prompt();
  void open_history();
  void chat();
  std::optional<std::string> ask_about_paste(std::string_view line, std::size_t lines);
  void choose(std::string_view recipient);
  void refuse(const std::string& hint);
  void send(std::string_view recipient, std::string_view text);
  void on_line(const std::string& line);
  void on_command(ChatCommand command);
  void ask(const std::vector<std::string>& questions);
  void on_question(std::string_view name);
  std::string tell_heard_of() const;
  void learn(const std::vector<std::string>& here);
  std::string do_as_told(ServiceTalk::Told told);
  Candidates complete(std::string_view before);
  void show_events(std::size_t limit = events_per_turn);
  std::string to_line(const ClientEvent& event);
  std::string on_message(const Message& message);
  std::string on_outcome(const Outcome& outcome);
  std::string on_loss(const Lost& lost);
  std::string on_return(const Registered& registered);
  std::string trouble(std::string text);
  void tell_unsent();
  void wait_for_event();
  void finish_sending();

  const Options& options_;
  const Display display_;
  Conversation conversation_;
  NamesSeen names_;
  LineEditor editor_;
  ServiceTalk service_;
  std::string name_;
  std::string recipient_;    // of plain lines; empty: nobody is chosen
  std::string last_writer_;  // whom /r answers
  std::string last_trouble_;
  bool is_online_ = true;
  bool leaving_ = false;
  bool told_full_ = false;  // that keys wait
};

TerminalMode::TerminalMode(const Options& options, const TerminalType& type)
    : options_(options),
      display_{!options.no_color && !has_value("NO_COLOR") && type.colors >= 8, TerminalCharset().is_utf8(),
               type.colors >= 16},
      conversation_(options, !options.no_reconnect),
      editor_(
          type,
          {conversation_.events_fd(), [this] { return conversation_.next_wake(); }, [this] { show_events(); },
           [this] { return !conversation_.is_full(); }},
          [this](std::string_view before) { return complete(before); },
          [this](std::string_view line, std::size_t lines) { return ask_about_paste(line, lines); }),
      service_(KnownServices(state_folder()), options.connection.host + ":" + options.connection.port,
               !options.classic && !options.exit_after, display_),
      name_(options.name) {}

ExitCode TerminalMode::run() {
  if (const auto exit_code = register_name()) return *exit_code;
  editor_.print_above(
      remark("You are " + visible(name_) + ". Write @name message; /help says more.", display_));
  set_prompt();
  open_history();
  ask(service_.on_registered());
  chat();
  finish_sending();
  conversation_.leave();
  show_events(std::numeric_limits<std::size_t>::max());  // what was acknowledged is shown
  tell_unsent();
  return conversation_.is_lost() ? ExitCode::lost : ExitCode::all_sent;
}

void TerminalMode::chat() {
  const LineEditor::Session session(editor_);
  while (!leaving_) {
    const auto line = editor_.read_line();
    if (!line) return;
    on_line(*line);
  }
}

std::optional<std::string> TerminalMode::ask_name() {
  const LineEditor::Session session(editor_);
  return editor_.read_line();
}

/// Asks until the server has taken a name. A value: there is no chat, and parley ends with it.
std::optional<ExitCode> TerminalMode::register_name() {
  constexpr std::string_view question = "Your name: ";
  editor_.set_prompt(std::string(question));
  bool refused_once = false;
  for (;;) {
    if (name_.empty()) {
      const auto line = ask_name();
      if (!line) return refused_once ? ExitCode::refused : ExitCode::all_sent;
      name_ = *line;
    }
    conversation_.sign_on(name_);
    const ClientEvent result = await_sign_on();
    if (const auto* registered = std::get_if<Registered>(&result)) {
      take_name(registered->name);
      return std::nullopt;
    }
    if (const auto* lost = std::get_if<Lost>(&result)) {
      editor_.print_above(describe_failure(lost->reason, display_));
      return ExitCode::lost;
    }
    editor_.print_above(describe_refusal(name_, std::get<Refused>(result), display_));
    refused_once = true;
    name_.clear();
  }
}

/// Registered, Refused or Lost. The usual Ctrl-C ends the waiting.
ClientEvent TerminalMode::await_sign_on() {
  for (;;) {
    const auto event = conversation_.next_event();
    if (!event) {
      wait_for_event();
    } else if (std::holds_alternative<Connecting>(*event)) {
      editor_.print_above(remark(
          "connecting to " + visible(options_.connection.host) + " port " + options_.connection.port + " ...",
          display_));
    } else {
      return *event;
    }
  }
}

/// The server may have registered another name than it was told.
void TerminalMode::take_name(const std::string& registered) {
  if (registered == name_) return;
  editor_.print_above(remark("The server has registered the name " +
                                 visible_beginning(registered, max_name_bytes) + ", not " + visible(name_) +
                                 ".",
                             display_));
  if (is_valid_name(registered)) name_ = registered;
}

/// "alice> ", or "alice → bob> " when plain lines go to bob.
void TerminalMode::set_prompt() {
  std::string prompt = styled_name(name_, display_);
  if (conversation_.is_lost()) prompt += " (offline)";
  if (!recipient_.empty())
    prompt.append(display_.utf8 ? " → " : " -> ").append(styled_name(recipient_, display_));
  editor_.set_prompt(prompt + "> ");
}

/// The lines that were typed to this server before. Where there is no folder for them, nobody expects any.
void TerminalMode::open_history() {
  const auto folder = state_folder();
  if (options_.no_history || folder.empty()) return;
  const auto file = history_file(folder, options_.connection.host, options_.connection.port);
  if (const auto problem = editor_.history().open(file))
    editor_.print_above(remark("  the history is not kept: " + visible(*problem), display_));
}

/// Whether all of a long paste is to be sent to its recipient, as one message.
std::optional<std::string> TerminalMode::ask_about_paste(std::string_view line, std::size_t lines) {
  const auto ask = [&](std::string_view recipient) {
    return std::optional("Send all " + std::to_string(lines) + " lines to " + std::string(recipient) +
                         " as one message? (y/n) ");
  };
  std::string problem = "a command has one line";
  const TypedLine meaning = parse_typed_line(line);
  if (const auto* message = std::get_if<Outgoing>(&meaning)) return ask(message->recipient);
  if (const auto* aside = std::get_if<Aside>(&meaning)) return ask(aside->message.recipient);
  if (std::holds_alternative<Plain>(meaning) && !recipient_.empty()) return ask(recipient_);
  if (std::holds_alternative<Reply>(meaning) && !last_writer_.empty()) return ask(last_writer_);
  if (std::holds_alternative<Plain>(meaning)) problem = no_recipient_hint();
  if (const auto* invalid = std::get_if<Invalid>(&meaning)) problem = invalid->hint;
  editor_.print_above(
      remark("  nothing of the " + std::to_string(lines) + " lines was pasted: " + problem, display_));
  return std::nullopt;
}

void TerminalMode::choose(std::string_view recipient) {
  recipient_ = recipient;
  set_prompt();
}

void TerminalMode::refuse(const std::string& hint) {
  editor_.print_above(remark("  not sent: " + hint, display_));
}

void TerminalMode::send(std::string_view recipient, std::string_view text) {
  names_.add(recipient);
  conversation_.send({std::string(recipient), std::string(text)});
  if (conversation_.waiting().size() <= 1) told_full_ = false;
  if (conversation_.is_full() && !std::exchange(told_full_, true))
    editor_.print_above(remark("  " + std::to_string(Conversation::max_waiting_lines) +
                                   " lines wait for the server, so keys wait, too; Ctrl-C leaves",
                               display_));
  if (conversation_.is_lost()) editor_.print_above(remark("  kept until the server is back", display_));
}

void TerminalMode::on_line(const std::string& line) {
  const TypedLine meaning = parse_typed_line(line);
  if (!std::holds_alternative<Blank>(meaning)) editor_.history().add(line);
  std::visit(Overloaded{
                 [](Blank) {},
                 [&](const Plain& plain) {
                   if (recipient_.empty()) return refuse(no_recipient_hint());
                   send(recipient_, plain.text);
                 },
                 [&](const Outgoing& message) {
                   send(message.recipient, message.text);
                   choose(message.recipient);
                 },
                 [&](const Aside& aside) { send(aside.message.recipient, aside.message.text); },
                 [&](const Choice& choice) { choose(choice.recipient); },
                 [&](const Reply& reply) {
                   if (last_writer_.empty()) return refuse("nobody has written to you yet");
                   send(last_writer_, reply.text);
                 },
                 [&](const Question& question) { on_question(question.name); },
                 [&](ChatCommand command) { on_command(command); },
                 [&](const Invalid& invalid) { refuse(invalid.hint); },
             },
             meaning);
}

void TerminalMode::on_command(ChatCommand command) {
  switch (command) {
    case ChatCommand::names:
      return on_question({});
    case ChatCommand::help:
      return editor_.print_above(help_text());
    case ChatCommand::clear:
      return editor_.clear_screen();
    case ChatCommand::quit:
      leaving_ = true;
  }
}

void TerminalMode::ask(const std::vector<std::string>& questions) {
  for (const std::string& question : questions) conversation_.ask(question);
}

/// Asks SERVER, or tells of whom we have heard where there is none.
void TerminalMode::on_question(std::string_view name) {
  if (conversation_.is_lost())
    return editor_.print_above(remark("  not asked: there is no connection", display_));
  const auto question = service_.ask_who(name);
  if (question && !question->empty()) return conversation_.ask(*question);
  if (!question) editor_.print_above(tell_heard_of());
}

std::string TerminalMode::tell_heard_of() const {
  std::string known;
  for (const std::string& name : names_.starting_with(""))
    if (!is_broadcast_name(name)) known += (known.empty() ? "" : ", ") + visible(name);
  return remark("  Who is here is not told. " +
                    (known.empty() ? "Nobody has been heard of yet." : "Heard of: " + known),
                display_);
}

/// What SERVER told is known to Tab, behind who was seen of late.
void TerminalMode::learn(const std::vector<std::string>& here) {
  auto seen = names_.starting_with("");
  const std::size_t room = NamesSeen::max_names - std::min(seen.size(), NamesSeen::max_names);
  for (std::size_t i = 0; i < std::min(room, here.size()); ++i)
    if (!equal_ignoring_case(here[i], name_)) names_.add(here[i]);
  for (; !seen.empty(); seen.pop_back()) names_.add(seen.back());
}

std::string TerminalMode::do_as_told(ServiceTalk::Told told) {
  learn(told.names);
  ask(told.questions);
  return std::move(told.text);
}

Candidates TerminalMode::complete(std::string_view before) {
  auto offer = offer_names(before, names_, command_names());
  const bool has_nothing = offer.words.empty() && offer.begin < before.size() && !before.starts_with('/');
  if (has_nothing && !conversation_.is_lost())
    if (const auto question = service_.ask_quietly()) conversation_.ask(*question);
  return offer;
}

void TerminalMode::show_events(std::size_t limit) {
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
std::string TerminalMode::to_line(const ClientEvent& event) {
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

std::string TerminalMode::on_message(const Message& message) {
  if (auto told = service_.on_message(message, std::time(nullptr))) return do_as_told(*std::move(told));
  names_.add(message.sender);
  if (message.audience != Message::Audience::all && name_problem(message.sender).empty())
    last_writer_ = message.sender;
  return describe(message, local_time(), display_);
}

/// With the line, where nobody knows what became of it.
std::string TerminalMode::on_outcome(const Outcome& outcome) {
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

std::string TerminalMode::on_loss(const Lost& lost) {
  const bool is_news = std::exchange(is_online_, false);
  set_prompt();
  if (!is_news) return trouble(describe_failure(lost.reason, display_));
  const std::string text = describe(lost, local_time(), display_);
  return conversation_.is_over() ? text : text + remark("; trying to connect again", display_);
}

/// Why a new connection was not had yet; told once.
std::string TerminalMode::trouble(std::string text) {
  if (text == last_trouble_) return {};
  last_trouble_ = text;
  return text + remark(" (trying on)", display_);
}

std::string TerminalMode::on_return(const Registered& registered) {
  is_online_ = true;
  last_trouble_.clear();
  if (is_valid_name(registered.name)) name_ = registered.name;
  set_prompt();
  ask(service_.on_registered());
  return remark("Connected again; you are " + visible(name_) + ".", display_);
}

/// The lines that will not be sent any more, so that nobody takes them for sent.
void TerminalMode::tell_unsent() {
  for (const OutgoingLine& line : conversation_.waiting())
    if (!line.is_question)
      editor_.print_above(remark("  not sent to " + visible(line.recipient) + ": " +
                                     visible_beginning(line.text, longest_quote_bytes),
                                 display_));
}

void TerminalMode::wait_for_event() {
  pollfd events{conversation_.events_fd(), POLLIN, 0};
  (void)::poll(&events, 1, poll_timeout_ms(conversation_.next_wake()));
}

/// Waits for the answers to what was typed; the usual Ctrl-C ends it.
void TerminalMode::finish_sending() {
  while (!conversation_.is_lost() && !conversation_.is_all_answered()) {
    wait_for_event();
    show_events();
  }
}

}  // namespace

ExitCode run_terminal_mode(const Options& options) {
  Options at_terminal = options;
  at_terminal.connection.judge_end = true;
  return TerminalMode(at_terminal, read_terminal_type(std::getenv("TERM"))).run();
}

}  // namespace parley::client
