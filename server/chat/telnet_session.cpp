#include "server/chat/telnet_session.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/telnet.hpp"
#include "protocol/unwelcome.hpp"
#include "protocol/user_name.hpp"
#include "protocol/words.hpp"
#include "server/chat/parsed_chat_session.hpp"

namespace parley {
namespace {

constexpr char telnet_tag = 0;

std::string joined(const Frames& frames) {
  std::string all;
  for (const SharedFrame& frame : frames) all += frame->bytes();
  return all;
}

class TelnetUser : public ChatUser {
 public:
  TelnetUser(std::string name, std::shared_ptr<Outbox> outbox, std::size_t max_body_bytes)
      : ChatUser(std::move(name), std::move(outbox)), max_body_bytes_(max_body_bytes) {}

  std::string_view dialect() const override { return "telnet"; }

 private:
  Format format() const override { return {&telnet_tag}; }
  Frames render(const Message& message, const Format&) const override {
    const auto to_lines = message.is_private() ? telnet::private_lines : telnet::public_lines;
    return {make_frame(to_lines(message.sender(), message.body(), max_body_bytes_))};
  }
  Frames render_notice(const Notice& notice, const Format&) const override {
    const auto to_line = notice.kind() == Notice::Kind::arrived ? telnet::arrived : telnet::left;
    return {make_frame(to_line(notice.name()))};
  }
  Frames render_sentence(std::string_view sentence) const override {
    return {make_frame(telnet::to_sentence(sentence))};
  }

  const std::size_t max_body_bytes_;
};

class TelnetSession : public ParsedChatSession<TelnetSession, telnet::Parser> {
  friend ParsedChatSession;

 public:
  TelnetSession(std::shared_ptr<Connection> connection, Context& context)
      : ParsedChatSession(
            std::move(connection), context, "telnet",
            telnet::Parser(std::min(telnet::usual_max_line_bytes, context.limits.max_body_bytes))),
        max_body_bytes_(context.limits.max_body_bytes) {}

 private:
  struct Command;

  std::shared_ptr<ChatUser> make_user(std::string name) override {
    return std::make_shared<TelnetUser>(std::move(name), outbox(), max_body_bytes_);
  }
  std::string welcome(const ChatUser& user, Occasion occasion) override {
    return occasion == Occasion::moved
               ? to_sentence("You are in the room " + context().directory.room_of(user) + '.')
               : joined(online());
  }
  std::string to_sentence(std::string_view sentence) const override { return telnet::to_sentence(sentence); }
  void greet() override { send(std::string(telnet::name_prompt)); }

  void handle_end() override { handle(parser().end()); }

  void on(const telnet::Line& line);
  void on(const telnet::Answer& answer) { send(std::string(answer.bytes)); }
  void on(const telnet::Leave&) { end_with("has ended its input", {}); }

  bool may_rename() const override { return false; }

  void take_name(std::string_view line);
  void take_password(const telnet::Line& line);
  void sign_on_as(const Claimed& claimed);
  void ask_again(std::string_view complaint) { send(telnet::to_prompt(complaint)); }

  void take_chat(std::string_view line);
  void take_command(std::string_view line);
  void tell_peer(std::string_view sentence) { send(to_sentence(sentence)); }

  // The commands; each is given what stands behind its word, trimmed.
  void help(std::string_view);
  void join(std::string_view name);
  void message(std::string_view rest);
  void quit(std::string_view) { end_with("has said /quit", {}); }
  void who(std::string_view) { send(online()); }
  Frames online() const;

  const std::size_t max_body_bytes_;
  std::string locked_name_;  // for which the next line is the password; empty: there is none
};

struct TelnetSession::Command {
  std::string_view word;
  std::string_view form;
  std::string_view meaning;
  void (TelnetSession::*act)(std::string_view rest);

  static std::span<const Command> all();
};

std::span<const TelnetSession::Command> TelnetSession::Command::all() {
  static constexpr Command commands[] = {
      {"/msg", "/msg NAME TEXT", "says it to NAME alone, as @NAME TEXT does", &TelnetSession::message},
      {"/who", "/who", "lists who is here, in all rooms", &TelnetSession::who},
      {"/join", "/join ROOM", "goes to another room; without ROOM, back to the first", &TelnetSession::join},
      {"/help", "/help", "shows this", &TelnetSession::help},
      {"/quit", "/quit", "leaves", &TelnetSession::quit},
  };
  return commands;
}

void TelnetSession::on(const telnet::Line& line) {
  if (!locked_name_.empty()) return take_password(line);
  if (!user()) return take_name(trim(line.raw, is_space));
  if (line.is_cut)
    tell_peer("Your line was longer than " + std::to_string(parser().max_line_bytes()) +
              " bytes; the rest was cut off.");
  take_chat(line.text);
}

void TelnetSession::take_name(std::string_view line) {
  if (equal_ignoring_case(line, "/quit")) return quit({});
  if (look_at(line) != PasswordVerdict::needed) return sign_on_as({line, {}});
  locked_name_ = line;
  parser().expect_echo_answer();
  send(std::string(telnet::password_prompt));
}

void TelnetSession::take_password(const telnet::Line& line) {
  const std::string name = std::exchange(locked_name_, {});
  send(std::string(telnet::password_typed));
  if (line.is_cut) return ask_again(std::string(sentence(PasswordVerdict::malformed)) + '.');
  sign_on_as({name, line.raw});
}

void TelnetSession::sign_on_as(const Claimed& claimed) {
  switch (sign_on(claimed)) {
    case SignOn::done:
    case SignOn::gone:
      return;
    case SignOn::refused:
      return ask_again(name_sentence(check_name(claimed.name)));
    case SignOn::locked:
      return ask_again(std::string(why_locked()) + '.');
    case SignOn::taken:
      return ask_again("Name already registered.");
    case SignOn::banned:
      return ask_again(std::string(name_banned) + '.');
    case SignOn::unchecked:
      return ask_again(std::string(names_unchecked) + '.');
  }
}

void TelnetSession::take_chat(std::string_view line) {
  const std::string_view words = trim(line, is_space);
  if (words.empty()) return;
  if (words.front() == '/') return take_command(words);
  if (words.front() == '@') return message(words.substr(1));
  say(line);
}

void TelnetSession::take_command(std::string_view line) {
  const auto parts = split_word(line, is_space);
  const auto command = std::ranges::find_if(
      Command::all(), [&](const Command& one) { return equal_ignoring_case(one.word, parts.first); });
  if (command == Command::all().end())
    return tell_peer("There is no command " + std::string(parts.first) +
                     "; /help lists those that there are.");
  (this->*command->act)(trim(parts.second, is_space));
}

Frames TelnetSession::online() const {
  const auto list = everyone();
  return list->rendered({&telnet_tag},
                        [&] { return make_frames(telnet::online(list->names(), max_body_bytes_)); });
}

void TelnetSession::help(std::string_view) {
  std::string lines = to_sentence("What you type goes to everyone in your room, but:");
  for (const Command& command : Command::all()) {
    constexpr std::size_t column = 18;
    std::string line = "  ";
    line.append(command.form).resize(column, ' ');
    lines += to_sentence(line.append(command.meaning));
  }
  send(std::move(lines));
}

void TelnetSession::join(std::string_view name) {
  const NameFault fault = name.empty() ? NameFault::none : check_room_name(name);
  if (fault != NameFault::none) return tell_peer(room_name_sentence(fault));
  if (!move(name)) tell_peer("You are in the room " + room() + " already.");
}

void TelnetSession::message(std::string_view rest) {
  const auto [name, behind] = split_word(rest, is_space);
  const auto text = trim(behind, is_space);
  if (name.empty() || text.empty()) return tell_peer("Write @NAME TEXT or /msg NAME TEXT.");
  if (!tell(name, text)) tell_peer("Nobody is called " + std::string(name) + '.');
}

}  // namespace

SessionFactory telnet_sessions(Context& context) {
  return [&context](std::shared_ptr<Connection> connection) {
    return std::make_shared<TelnetSession>(std::move(connection), context);
  };
}

}  // namespace parley
