#include "client/sign_on.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "base/secret_prompt.hpp"
#include "protocol/password.hpp"
#include "protocol/text.hpp"
#include "protocol/unwelcome.hpp"
#include "protocol/user_name.hpp"

namespace parley::client {
namespace {

std::optional<std::string> ask_name(LineEditor& editor) {
  const LineEditor::Session session(editor);
  auto line = editor.read_line();
  if (line) editor.keep_line();
  return line;
}

/// Registered, Refused or Lost.
ClientEvent await_sign_on(Conversation& conversation, Transcript& transcript, const Options& options,
                          const Display& display) {
  for (;;) {
    const auto event = conversation.next_event();
    if (!event) {
      wait_for_event(conversation);
    } else if (std::holds_alternative<Connecting>(*event)) {
      transcript.remark("connecting to " + visible(options.connection.host) + " port " +
                        options.connection.port + " ...");
    } else if (const auto* server = std::get_if<NewServer>(&*event)) {
      transcript.show(remark(visible(server->text), display), Wrap::at_blanks);
    } else {
      return *event;
    }
  }
}

}  // namespace

std::variant<std::string, ExitCode> sign_on(Conversation& conversation, LineEditor& editor,
                                            Transcript& transcript, const Options& options,
                                            const Display& display) {
  std::string name = options.name;
  Secret password = options.password;
  editor.set_prompt("Your name: ");
  bool refused_once = false;
  for (;;) {
    if (name.empty()) {
      const auto line = ask_name(editor);
      if (!line) return refused_once ? ExitCode::refused : ExitCode::all_sent;
      name = *line;
    }
    conversation.sign_on(name, password);
    const ClientEvent result = await_sign_on(conversation, transcript, options, display);
    if (const auto* registered = std::get_if<Registered>(&result)) {
      if (registered->name == name) return name;
      transcript.remark("The server has registered the name " +
                        visible_beginning(registered->name, max_name_bytes) + ", not " + visible(name) + ".");
      return is_valid_name(registered->name) ? registered->name : name;
    }
    if (const auto* lost = std::get_if<Lost>(&result)) {
      transcript.show(describe_failure(lost->reason, display), Wrap::at_blanks);
      return ExitCode::lost;
    }
    const auto& refused = std::get<Refused>(result);
    const bool is_asked = is_asking_for_password(refused.code, refused.phrase);
    if (!is_asked) transcript.show(describe_refusal(name, refused, display), Wrap::at_blanks);
    if (is_asked || refused.phrase == password_wrong) {
      const auto typed = ask_secret(STDIN_FILENO, "Password for " + visible(name) + ": ", max_password_bytes);
      if (!typed) return ExitCode::refused;
      password = *typed;
      continue;
    }
    if (is_about_every_name(refused.phrase)) return ExitCode::refused;
    refused_once = true;
    name.clear();
  }
}

void wait_for_event(const Conversation& conversation, std::optional<Deadline> end) {
  pollfd events{conversation.events_fd(), POLLIN, 0};
  const auto wake = conversation.next_wake();
  (void)::poll(&events, 1, poll_timeout_ms(wake && end ? std::min(*wake, *end) : wake ? wake : end));
}

}  // namespace parley::client
