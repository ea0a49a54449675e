#include "server/chat/rooms_session.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/thread_annotations.hpp"
#include "protocol/password.hpp"
#include "protocol/rooms.hpp"
#include "protocol/user_name.hpp"
#include "server/chat/parsed_chat_session.hpp"

namespace parley {
namespace {

/// Between two objects to one client (RM4.2): enough for a client that parses each read as one object.
constexpr std::chrono::milliseconds pause_between_frames{30};

constexpr char format_tag = 0;

/// The clients that send raw text: what comes from one of them goes to all (RM6.2). Any thread.
class RawClients {
 public:
  void add(std::shared_ptr<Connection> connection) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    connections_.push_back(std::move(connection));
  }

  void remove(const std::shared_ptr<Connection>& connection) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    std::erase(connections_, connection);
  }

  void send(std::string_view bytes) const EXCLUDES(mutex_) {
    const SharedFrame frame = make_frame(std::string(bytes));
    for (const auto& connection : all()) connection->send(frame, [] { return nullptr; });
  }

 private:
  std::vector<std::shared_ptr<Connection>> all() const EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return connections_;
  }

  mutable Mutex mutex_;  // taken alone: written to after it is let go
  std::vector<std::shared_ptr<Connection>> connections_ GUARDED_BY(mutex_);
};

class RoomsUser : public ChatUser {
 public:
  RoomsUser(std::string name, std::shared_ptr<Outbox> outbox, std::chrono::milliseconds paced_wait)
      : ChatUser(std::move(name), std::move(outbox),
                 static_cast<std::size_t>(paced_wait / pause_between_frames) + 1) {}

  std::string_view dialect() const override { return "rooms"; }

 private:
  Format format() const override { return {&format_tag}; }
  bool hears_itself() const override { return true; }
  Frames render(const Message& message, const Format&) const override {
    return make_frames(
        rooms::to_frames({message.sender(), message.room(), message.body(), message.is_private()}));
  }
  Frames render_notice(const Notice& notice, const Format&) const override {
    const bool has_arrived = notice.kind() == Notice::Kind::arrived;
    return {make_frame(rooms::to_sentence(std::string(notice.name()) +
                                          (has_arrived ? " has joined the room." : " has left the room.")))};
  }
  Frames render_sentence(std::string_view sentence) const override {
    return {make_frame(rooms::to_sentence(sentence))};
  }
  Frames render_left_out(std::size_t count) const override {
    return {make_frame(
        rooms::to_sentence(std::to_string(count) + " messages came too fast and were left out here."))};
  }
};

class RoomsSession : public ParsedChatSession<RoomsSession, rooms::Parser> {
  friend ParsedChatSession;

 public:
  RoomsSession(std::shared_ptr<Connection> connection, Context& context, RawClients& raw_clients)
      : ParsedChatSession(std::move(connection), context, "rooms",
                          rooms::Parser({.object_bytes = context.limits.max_body_bytes})),
        raw_clients_(raw_clients) {}
  ~RoomsSession() override {
    if (is_raw_) raw_clients_.remove(shared_connection());
  }

 private:
  std::shared_ptr<ChatUser> make_user(std::string name) override {
    return std::make_shared<RoomsUser>(std::move(name), outbox(), context().limits.paced_wait);
  }
  std::string welcome(const ChatUser&, Occasion) override { return rooms::connect_ack(); }
  std::string to_sentence(std::string_view sentence) const override { return rooms::to_sentence(sentence); }
  void greet() override { connection().pace(pause_between_frames); }

  void on(const rooms::Connect& request);
  void on(const rooms::Say& request);
  void on(const rooms::Exit&) { end_with("has sent exit", rooms::exit_ack()); }
  void on(const rooms::RawText& text);
  void on(const rooms::Refusal& refusal) { tell_peer(refusal.sentence); }
  void on(const rooms::Violation& violation) {
    end_with(violation.sentence, rooms::to_sentence(violation.sentence));
  }

  void change_room(const ChatUser& self, const rooms::Connect& request);
  void tell_peer(std::string_view sentence) { send(rooms::to_sentence(sentence)); }
  void ask_again(std::string_view complaint) {
    tell_peer(std::string(complaint) + " Please connect with another one.");
  }

  RawClients& raw_clients_;
  bool is_raw_ = false;
};

void RoomsSession::on(const rooms::Connect& request) {
  const NameFault fault = request.room.empty() ? NameFault::none : check_room_name(request.room);
  if (fault != NameFault::none) return ask_again(room_name_sentence(fault));
  if (const auto self = user()) return change_room(*self, request);
  switch (sign_on({request.name, request.password.text()}, request.room)) {
    case SignOn::done:
    case SignOn::gone:
      return;
    case SignOn::locked:
      return tell_peer(std::string(why_locked()) + '.');
    case SignOn::refused:
      return ask_again(name_sentence(check_name(request.name)));
    case SignOn::taken:
      return ask_again("That name is taken.");
    case SignOn::banned:
      return tell_peer(std::string(name_banned) + '.');
    case SignOn::unchecked:
      return tell_peer(std::string(names_unchecked) + '.');
  }
}

void RoomsSession::change_room(const ChatUser& self, const rooms::Connect& request) {
  if (!is_same_name(self.name(), request.name))
    return tell_peer("You are connected as " + self.name() +
                     " already; connect again changes only the room.");
  if (!move(request.room)) send(rooms::connect_ack());
}

void RoomsSession::on(const rooms::Say& request) {
  if (!user()) return tell_peer("Please connect with a name before you send messages.");
  say(request.text);
}

void RoomsSession::on(const rooms::RawText& text) {
  // Who sends raw text has no name, and so no account.
  if (context().accounts.options().are_required)
    return end_with("has sent raw text", rooms::to_sentence(std::string(account_needed) + '.'));
  if (!std::exchange(is_raw_, true)) {
    connection().pace({});
    raw_clients_.add(shared_connection());
    connection().log(spdlog::level::info, "{} sends raw text", connection().label());
  }
  // It needs no name, but one that has gone silent for so long is no client any more.
  connection().set_deadline(Deadline::sign_on, now() + context().limits.raw_idle_timeout);
  raw_clients_.send(text.bytes);
}

}  // namespace

SessionFactory rooms_sessions(Context& context) {
  return [&context, raw_clients = std::make_shared<RawClients>()](std::shared_ptr<Connection> connection) {
    return std::make_shared<RoomsSession>(std::move(connection), context, *raw_clients);
  };
}

}  // namespace parley
