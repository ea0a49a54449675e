#include "server/chat/livecode_session.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/secret.hpp"
#include "protocol/livecode.hpp"
#include "protocol/text.hpp"
#include "protocol/unwelcome.hpp"
#include "protocol/user_name.hpp"
#include "server/chat/parsed_chat_session.hpp"

namespace parley {
namespace {

using livecode::Charset;

constexpr char livecode_tag = 0;

/// How the texts of one connection are coded: its session finds out, its user writes accordingly. Any thread.
using SharedCharset = std::shared_ptr<std::atomic<Charset>>;

std::string notice_text(Notice::Kind kind, std::string_view name) {
  return std::string(name) + (kind == Notice::Kind::arrived ? " connected" : " disconnected");
}

class LiveCodeUser : public ChatUser {
 public:
  LiveCodeUser(std::string name, std::shared_ptr<Outbox> outbox, SharedCharset charset,
               std::size_t max_body_bytes)
      : ChatUser(std::move(name), std::move(outbox)),
        charset_(std::move(charset)),
        max_body_bytes_(max_body_bytes) {}

  std::string_view dialect() const override { return "livecode"; }

 private:
  Format format() const override { return {&livecode_tag, static_cast<std::uint64_t>(charset_->load())}; }
  Frames render(const Message& message, const Format& format) const override {
    std::string text = to_utf8(message.body());
    // A byte that is no UTF-8 has become three, and a frame must fit the socket's buffer.
    if (text.size() > max_body_bytes_) text = text.substr(0, piece_length(text, max_body_bytes_)) + " (cut)";
    const std::string_view from = message.is_private() ? " (private): " : ": ";
    return {make_frame(
        livecode::message(std::string(message.sender()).append(from).append(text), charset_of(format)))};
  }
  bool hears_itself() const override { return true; }
  Frames render_notice(const Notice& notice, const Format& format) const override {
    return {make_frame(livecode::message(notice_text(notice.kind(), notice.name()), charset_of(format)))};
  }

  Frames render_sentence(std::string_view sentence) const override {
    return {make_frame(livecode::message(sentence, *charset_))};
  }

  /// That of the format: the session may have found out another one meanwhile.
  static Charset charset_of(const Format& format) { return static_cast<Charset>(format.detail); }

  const SharedCharset charset_;
  const std::size_t max_body_bytes_;
};

class LiveCodeSession : public ParsedChatSession<LiveCodeSession, livecode::Parser> {
  friend ParsedChatSession;

 public:
  LiveCodeSession(std::shared_ptr<Connection> connection, Context& context)
      : ParsedChatSession(std::move(connection), context, "livecode",
                          livecode::Parser(context.limits.max_body_bytes)),
        max_body_bytes_(context.limits.max_body_bytes) {}

 private:
  std::shared_ptr<ChatUser> make_user(std::string name) override {
    return std::make_shared<LiveCodeUser>(std::move(name), outbox(), charset_, max_body_bytes_);
  }
  std::string welcome(const ChatUser& user, Occasion) override {
    // Nothing leaves until the welcome has: this comes behind it, and before what the others say to it.
    send(own_notice(Notice::Kind::arrived, user));
    return std::string(livecode::verified);
  }
  std::string to_sentence(std::string_view sentence) const override {
    return livecode::to_sentence(sentence);
  }

  void on(const livecode::SignOn& request);
  void on(const livecode::Say& request);
  void on(const livecode::SignOff& request);
  void on(const livecode::Stop& request);
  void on(const livecode::Unknown&) { send(livecode::error(livecode::unknown_command)); }
  void on(const livecode::InvalidLength&) { send(livecode::invalid_length()); }
  void on(const livecode::TooLong&) { end_with("sent a length over the limit", livecode::invalid_length()); }

  std::string read(std::string_view body);
  void take_name(std::string_view line);
  std::shared_ptr<ChatUser> user_of(std::string_view body);
  std::string own_notice(Notice::Kind kind, const ChatUser& user) const {
    return livecode::message(notice_text(kind, user.name()), *charset_);
  }

  const std::size_t max_body_bytes_;
  const SharedCharset charset_ = std::make_shared<std::atomic<Charset>>(Charset::utf8);
};

/// The text of a body. A client that has once sent bytes that are no UTF-8 is answered in kind from then on
/// (LC4.2).
std::string LiveCodeSession::read(std::string_view body) {
  const Charset charset = livecode::charset_of(body);
  if (charset == Charset::cp1252) charset_->store(charset);
  return livecode::to_text(body, charset);
}

/// This session's user, if it is the one that the body names; else null, and that was answered.
std::shared_ptr<ChatUser> LiveCodeSession::user_of(std::string_view body) {
  const std::string name = read(body);
  auto self = user();
  if (self && is_same_name(self->name(), name)) return self;
  send(livecode::error(livecode::not_verified));
  return nullptr;
}

void LiveCodeSession::on(const livecode::SignOn& request) {
  std::string line = read(request.name);
  take_name(line);
  wipe(line);
}

void LiveCodeSession::take_name(std::string_view line) {
  if (user()) return send(livecode::warning(livecode::already_verified));
  const Claimed claimed = to_claimed(line);
  switch (sign_on(claimed)) {
    case SignOn::done:
    case SignOn::gone:
      return;
    case SignOn::refused:
      return send(livecode::error(name_sentence(check_name(claimed.name))));
    case SignOn::locked:
      return send(livecode::error(why_locked()));
    case SignOn::taken:
      return send(livecode::error(livecode::username_taken));
    case SignOn::banned:
      return send(livecode::error(name_banned));
    case SignOn::unchecked:
      return send(livecode::error(names_unchecked));
  }
}

void LiveCodeSession::on(const livecode::Say& request) {
  const std::string text = read(request.text);
  if (!user()) return send(livecode::error(livecode::not_verified));
  // CP1252 grows on its way to UTF-8, the others' frames must not.
  if (text.size() > max_body_bytes_) return send(livecode::invalid_length());
  say(text);
}

void LiveCodeSession::on(const livecode::SignOff& request) {
  const auto self = user_of(request.name);
  if (!self) return;
  leave("signed off");
  await_sign_on();
  send(std::string(livecode::disconnected));
  send(own_notice(Notice::Kind::left, *self));
}

void LiveCodeSession::on(const livecode::Stop& request) {
  if (const auto self = user_of(request.name))
    end_with("has sent STOP", std::string(livecode::disconnected) + own_notice(Notice::Kind::left, *self));
}

}  // namespace

SessionFactory livecode_sessions(Context& context) {
  return [&context](std::shared_ptr<Connection> connection) {
    return std::make_shared<LiveCodeSession>(std::move(connection), context);
  };
}

}  // namespace parley
