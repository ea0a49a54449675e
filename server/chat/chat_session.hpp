#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/chat/chat_user.hpp"
#include "server/chat/outbox.hpp"
#include "server/context.hpp"
#include "server/net/session.hpp"
#include "server/password_check.hpp"

namespace parley {

/// A session whose one socket is the whole user, as in every dialect but the two-socket one. A dialect
/// derives from it, reads its requests and calls what they mean; how things are written is its ChatUser's.
/// Everything here is the session's own thread's.
class ChatSession : public Session {
 protected:
  /// `dialect`: its name in the table of dialects.
  ChatSession(const std::shared_ptr<Connection>& connection, Context& context, std::string_view dialect);

  enum class Occasion { signed_on, renamed, moved };
  enum class SignOn {
    done,
    refused,  ///< nobody can have the name: name_sentence(check_name(name)) says why
    taken,
    banned,     ///< by the operator: name_banned
    unchecked,  ///< nobody can say now whether it is free: names_unchecked
    locked,     ///< the name needs another password, or an account: why_locked() says so
    gone        ///< the conversation is over
  };

  /// Why the server ends a conversation: the peer speaks another protocol, let its time pass, or somebody
  /// wishes it, as one who stops the server does.
  enum class Ending { foreign, late, asked };

  /// A name that somebody asks for, and the password that came with it; empty: none did.
  struct Claimed {
    std::string_view name;
    std::string_view password;
  };

  /// What a line means that has both: behind a first word that has an account stands its password (OD13.3).
  /// All of any other line is a name, well formed or not.
  Claimed to_claimed(std::string_view line) const;

  /// Takes the name and joins the room (empty: the lobby). May wait for other nodes, and for the password's
  /// turn. When done, welcome() has been sent before anything else and the others have been told. Must not be
  /// signed on.
  SignOn sign_on(const Claimed& claimed, std::string_view room = {});

  /// The user's new name. May wait as sign_on() does. When done, welcome() has been sent. Must be signed on.
  SignOn rename(const Claimed& claimed);

  /// After SignOn::locked: why, and what to tell, a sentence without its full stop.
  PasswordVerdict lock() const { return lock_; }
  std::string_view why_locked() const { return sentence(lock_); }

  /// Whether the name needs a password that could be asked for: PasswordVerdict::needed.
  PasswordVerdict look_at(std::string_view name) const {
    return look_at_name(context_.accounts, connection(), name);
  }

  /// What comes now may be a password, so that no log shows it. Only with accounts.
  bool may_hear_password() const { return context_.accounts.are_open() && (!user_ || may_rename()); }

  /// To another room (empty: the lobby); the others in both are told. When done, welcome() has been sent
  /// before anything that is said there. False when the user is there already. Must be signed on.
  bool move(std::string_view room);

  /// A line to everyone in the room; to the user itself, too, when the dialect echoes. Must be signed on.
  void say(std::string_view text);

  /// A line to one user. False: there is nobody of that name. Must be signed on.
  bool tell(std::string_view name, std::string_view text);

  /// The names of all who are signed on, whatever their dialect, in order of arrival.
  std::shared_ptr<NameList> everyone() const { return context_.directory.names(); }

  /// The room that the user is in, as it is shown. Must be signed on.
  std::string room() const { return context_.directory.room_of(*user_); }

  /// Gives the connection the time to sign on, from now. A new connection has it already.
  void await_sign_on() { connection().set_deadline(Deadline::sign_on, context_.limits.sign_on_timeout); }

  /// Null when not signed on.
  const std::shared_ptr<ChatUser>& user() const { return user_; }

  /// An answer to this peer.
  void send(std::string frame) { outbox_->send(make_frame(std::move(frame))); }
  void send(const Frames& frames) {
    for (const SharedFrame& frame : frames) outbox_->send(frame);
  }

  /// Signs off: the name is free, the others are told, the connection stays. Does nothing when not signed on.
  void leave(std::string_view reason);

  /// leave(), and the end of the stream after the last words. What comes from the peer is thrown away.
  void end_with(std::string_view reason, std::string_view last_words);

  const std::shared_ptr<Outbox>& outbox() const { return outbox_; }
  Directory::LastFound& last_found() { return last_found_; }
  Context& context() const { return context_; }

 private:
  // What a dialect says.

  virtual std::shared_ptr<ChatUser> make_user(std::string name) = 0;
  /// The answer to a sign_on(), rename() or move() that is done: its first frame. The directory knows by
  /// then.
  virtual std::string welcome(const ChatUser& user, Occasion occasion) = 0;
  /// A sentence of the server's in this dialect.
  virtual std::string to_sentence(std::string_view sentence) const = 0;
  /// The last words when the server ends the conversation. `reason`: for the log; `sentence`: for the peer,
  /// empty when there is none.
  virtual std::string farewell(Ending /*ending*/, std::string_view /*reason*/,
                               std::string_view sentence) const {
    return sentence.empty() ? std::string() : to_sentence(sentence);
  }

  /// Writes the last words; what they end is over then.
  virtual void finish(std::string_view last_words) { connection().finish(last_words); }

  /// Whoever is signed on may still send a password.
  virtual bool may_rename() const { return true; }

  /// Acts on the parser's next event. False when it needs more.
  virtual bool handle_event() = 0;
  /// Before the first read: what the dialect says first.
  virtual void greet() {}
  /// The peer has ended its stream in good order, and may have left something that counts.
  virtual void handle_end() {}
  /// Deadline::more has passed, which only a dialect of its own sets.
  virtual void nothing_more_came() {}
  /// So has Deadline::send.
  virtual void answers_are_late() {}

  void begin() final;
  void log_input(std::string_view bytes) const final;
  bool handle_next() final;
  void expire(Deadline kind) final;
  void refuse(std::string_view sentence) final {
    end_with(sentence, farewell(Ending::foreign, sentence, sentence));
  }
  void asked_to_end(std::string_view reason, std::string_view sentence) final {
    end_with(reason, farewell(Ending::asked, reason, sentence));
  }
  void input_ended() final { handle_end(); }
  void end(std::string_view reason) final;

  void end_late(std::string_view reason, std::string_view sentence);
  static SignOn to_sign_on(NameClaim claim);
  std::optional<SignOn> check_lock(const Claimed& claimed);

  Context& context_;
  const std::shared_ptr<Outbox> outbox_;
  std::shared_ptr<ChatUser> user_;
  Directory::LastFound last_found_;
  PasswordVerdict lock_ = PasswordVerdict::right;
};

}  // namespace parley
