#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_annotations.hpp"
#include "protocol/gate.hpp"
#include "server/chat/chat_user.hpp"
#include "server/chat/outbox.hpp"
#include "server/context.hpp"
#include "server/net/session.hpp"

namespace parley {

/// A session whose one socket is the whole user, as in every dialect but the two-socket one. A dialect
/// derives from it, reads its requests and calls what they mean; how things are written is its ChatUser's.
class ChatSession : public Session {
 public:
  void expire(Deadline kind) final;
  void stop() final;

 protected:
  /// `dialect`: its name in the table of dialects. With a pacer, what leaves is paced.
  ChatSession(std::shared_ptr<Connection> connection, Context& context, std::string_view dialect,
              Pacer* pacer = nullptr);

  enum class Occasion { signed_on, renamed, moved };
  enum class SignOn { done, unprintable, reserved, taken };

  // The session's own thread.

  /// Takes the name and joins the room (empty: the lobby). When done, welcome() has been sent before anything
  /// else and the others have been told. Must not be signed on.
  SignOn sign_on(std::string_view name, std::string_view room = {}) EXCLUDES(mutex_);

  /// The user's new name. When done, welcome() has been sent. Must be signed on.
  SignOn rename(std::string_view name) EXCLUDES(mutex_);

  /// To another room (empty: the lobby); the others in both are told. When done, welcome() has been sent
  /// before anything that is said there. False when the user is there already. Must be signed on.
  bool move(std::string_view room) EXCLUDES(mutex_);

  /// A line to everyone in the room; to the user itself, too, when the dialect echoes. Must be signed on.
  void say(std::string_view text) EXCLUDES(mutex_);

  /// A line to one user. False: there is nobody of that name. Must be signed on.
  bool tell(std::string_view name, std::string_view text) EXCLUDES(mutex_);

  /// The names of all who are signed on, whatever their dialect, in order of arrival.
  std::vector<std::string> everyone() const { return context_.directory.names(); }

  /// The room that the user is in, as it is shown.
  std::string room() const EXCLUDES(mutex_);

  /// Gives the connection the time to sign on, from now. A new connection has it already.
  void await_sign_on();

  /// The sign-on time no longer runs: this peer needs no name.
  void need_no_sign_on() { connection().clear_deadline(Deadline::sign_on); }

  // Any thread.

  /// Null when not signed on.
  std::shared_ptr<ChatUser> user() const EXCLUDES(mutex_);

  /// An answer to this peer.
  void send(std::string frame) { outbox_->send(std::move(frame)); }

  /// Signs off: the name is free, the others are told, the connection stays. Only the first call counts.
  void leave(std::string_view reason) EXCLUDES(mutex_);

  /// leave(), and the end of the stream after the last words. What comes from the peer is thrown away.
  void end_with(std::string_view reason, std::string last_words) EXCLUDES(mutex_);

  const std::shared_ptr<Outbox>& outbox() const { return outbox_; }
  Context& context() const { return context_; }

 private:
  // What a dialect says, on the session's own thread unless told otherwise.

  virtual std::shared_ptr<ChatUser> make_user(std::string name) = 0;
  /// The answer to a sign_on(), rename() or move() that is done: its first frame. The directory knows by
  /// then.
  virtual std::string welcome(const ChatUser& user, Occasion occasion) = 0;
  /// A sentence of the server's in this dialect. Any thread.
  virtual std::string to_sentence(std::string_view sentence) const = 0;
  /// Own lines come back.
  virtual bool echoes_own_lines() const { return false; }

  // The dialect's parser.
  virtual std::span<char> parser_room() = 0;
  virtual void parser_commit(std::size_t count) = 0;
  virtual void parser_feed(std::string_view bytes) = 0;
  /// A frame has begun that is to be complete within the frame time.
  virtual bool in_frame() const = 0;
  /// Acts on the parser's next event. False when it needs more.
  virtual bool handle_next() = 0;
  /// Before the first read: what the dialect says first.
  virtual void greet() {}
  /// The peer has ended its stream in good order, and may have left something that counts.
  virtual void handle_end() {}

  void begin() final;
  std::span<char> prepare() final;
  void receive(std::size_t count) final;
  void end(std::string_view reason) final;

  void input_ended() final;

  SignOn check_name(std::string_view name) const;
  void act();
  void take_held();

  Context& context_;
  const std::string_view dialect_;
  const std::shared_ptr<Outbox> outbox_;

  // The session's own thread.
  std::span<char> read_room_;  // of the read that is on
  std::optional<Gate> gate_;   // until it is known whose client has come

  std::atomic<bool> ended_{false};

  mutable Mutex mutex_;  // taken alone
  std::shared_ptr<ChatUser> user_ GUARDED_BY(mutex_);
};

}  // namespace parley
