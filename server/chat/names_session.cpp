#include "server/chat/names_session.hpp"

#include <chrono>
#include <memory>
#include <utility>

#include "protocol/names.hpp"
#include "protocol/unwelcome.hpp"
#include "protocol/user_name.hpp"
#include "server/chat/parsed_chat_session.hpp"

namespace parley {
namespace {

/// The recipient that means everyone in the room but the sender (NM3.4).
constexpr std::string_view everybody = "BROADCAST";

/// How long zeros alone may be the beginning of a wider length (NM1.4).
constexpr std::chrono::milliseconds pieces_moment{1000};

constexpr char names_tag = 0;

Format format_of(names::Framing framing) {
  return {&names_tag, framing.length_digits * 2 + (framing.has_lines ? 1U : 0U)};
}

class NamesUser : public ChatUser {
 public:
  NamesUser(std::string name, std::shared_ptr<Outbox> outbox, names::Framing framing,
            std::size_t max_text_bytes)
      : ChatUser(std::move(name), std::move(outbox)), framing_(framing), max_text_bytes_(max_text_bytes) {}

  std::string_view dialect() const override { return "names"; }
  bool hears_notices() const override { return false; }  // OD5.2

 private:
  Format format() const override { return format_of(framing_); }
  Frames render(const Message& message, const Format&) const override {
    return make_frames(names::to_message_frames(message.sender(), message.body(), framing_, max_text_bytes_));
  }

  Frames render_sentence(std::string_view sentence) const override {
    return make_frames(names::to_sentence_frames(sentence, framing_));
  }

  const names::Framing framing_;
  const std::size_t max_text_bytes_;
};

class NamesSession : public ParsedChatSession<NamesSession, names::Parser> {
  friend ParsedChatSession;

 public:
  NamesSession(std::shared_ptr<Connection> connection, Context& context)
      : ParsedChatSession(std::move(connection), context, "names",
                          names::Parser(context.limits.max_body_bytes)) {}

 private:
  std::shared_ptr<ChatUser> make_user(std::string name) override {
    return std::make_shared<NamesUser>(std::move(name), outbox(), parser().framing(),
                                       context().limits.max_body_bytes);
  }
  std::string welcome(const ChatUser& user, Occasion) override { return to_sentence("Hello " + user.name()); }
  std::string to_sentence(std::string_view sentence) const override {
    return names::to_frame(sentence, parser().framing());
  }

  void handle_end() override {
    parser().end_input();
    handle(parser().next());
  }
  bool handle_event() override {
    if (ParsedChatSession::handle_event()) return true;
    if (parser().may_be_exit())
      connection().set_deadline(Deadline::more, pieces_moment);
    else
      connection().clear_deadline(Deadline::more);
    return false;
  }
  void nothing_more_came() override { handle_end(); }

  void on(const names::SetName& request);
  void on(const names::GetNames&) {
    const auto list = everyone();
    const auto framing = parser().framing();
    send(list->rendered(format_of(framing),
                        [&] { return make_frames(names::to_name_frames(list->names(), framing)); }));
  }
  void on(const names::Tell& request);
  void on(const names::Exit&) { end_with("has said EXIT", to_sentence("EXIT")); }
  void on(const names::Refusal& refusal) { tell_peer(refusal.sentence); }
  void on(const names::Violation& violation) {
    end_with(violation.sentence, to_sentence(violation.sentence));
  }

  void tell_peer(std::string_view sentence) { send(to_sentence(sentence)); }
  void ask_again(std::string_view complaint) {
    tell_peer(std::string(complaint) + " Please take another one.");
  }
};

void NamesSession::on(const names::SetName& request) {
  const Claimed claimed = to_claimed(request.name);
  switch (user() ? rename(claimed) : sign_on(claimed)) {
    case SignOn::done:
    case SignOn::gone:
      return;
    case SignOn::refused:
      return ask_again(name_sentence(check_name(claimed.name)));
    case SignOn::locked:
      return tell_peer(std::string(why_locked()) + '.');
    case SignOn::taken:
      return ask_again("That name is taken.");
    case SignOn::banned:
      return tell_peer(std::string(name_banned) + '.');
    case SignOn::unchecked:
      return tell_peer(std::string(names_unchecked) + '.');
  }
}

void NamesSession::on(const names::Tell& request) {
  if (!user()) return tell_peer("You have no name yet. Set one first: NAME <name>");
  if (equal_ignoring_case(request.recipient, everybody)) return say(request.text);
  if (!tell(request.recipient, request.text)) tell_peer("There is nobody of that name.");
}

}  // namespace

SessionFactory names_sessions(Context& context) {
  return [&context](std::shared_ptr<Connection> connection) {
    return std::make_shared<NamesSession>(std::move(connection), context);
  };
}

}  // namespace parley
