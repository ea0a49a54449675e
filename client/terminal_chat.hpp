#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/addressing.hpp"
#include "client/appearance.hpp"
#include "client/attention.hpp"
#include "client/conversation.hpp"
#include "client/line_editor.hpp"
#include "client/names_seen.hpp"
#include "client/options.hpp"
#include "client/service_talk.hpp"
#include "client/transcript.hpp"

namespace parley::client {

/// One run of parley at a terminal: what is typed (terminal_chat.cpp), and what is told of what happens
/// (terminal_chat_events.cpp). Belongs to one thread.
class TerminalChat {
 public:
  TerminalChat(const Options& options, const TerminalType& type);

  /// Returns when the user leaves or the connection is lost.
  ExitCode run();

 private:
  /// Of a line that is quoted to say which one it was.
  static constexpr std::size_t longest_quote_bytes = 200;

  void set_prompt();
  void open_history();
  void chat();
  std::optional<std::string> ask_about_paste(std::string_view line, std::size_t lines);
  void choose(std::string_view recipient);
  void send(const Outgoing& message);
  void on_sign(UserSign sign);
  void on_line(const std::string& line);
  void on_command(ChatCommand command);
  void ask(const std::vector<std::string>& questions);
  void on_question(std::string_view name);
  Candidates complete(std::string_view before);
  void tell_unsent();
  void finish_sending();

  void show_events(std::size_t limit = events_per_turn);
  void show(const ClientEvent& event);
  void on_message(const Message& message);
  void on_outcome(const Outcome& outcome);
  void on_loss(const Lost& lost);
  void on_return(const Registered& registered);
  void tell_trouble(const std::string& text);
  void tell_heard_of();
  void learn(const std::vector<std::string>& here);
  void do_as_told(const ServiceTalk::Told& told);

  const Options& options_;
  const Display display_;
  Conversation conversation_;
  NamesSeen names_;
  LineEditor editor_;
  Transcript transcript_;
  Attention attention_;
  ServiceTalk service_;
  Addressing addressing_;
  std::string name_;
  std::string last_trouble_;
  bool is_online_ = true;
  bool leaving_ = false;
  bool told_full_ = false;  // that keys wait
};

}  // namespace parley::client
