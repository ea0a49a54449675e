#include "server/chat/rooms_session.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/thread_annotations.hpp"
#include "protocol/rooms.hpp"
#include "protocol/user_name.hpp"
#include "server/chat/pacer.hpp"
#include "server/chat/parsed_chat_session.hpp"

namespace parley {
namespace {

/// Between two objects to one client (RM4.2): enough for a client that parses each read as one object.
constexpr std::chrono::milliseconds pause_between_frames{30};

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
    for (const auto& connection : all()) connection->write(bytes);
  }

 private:
  std::vector<std::shared_ptr<Connection>> all() const EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return connections_;
  }

  mutable Mutex mutex_;  // taken alone: written to after it is let go
  std::vector<std::shared_ptr<Connection>> connections_ GUARDED_BY(mutex_);
};

/// What all sessions of one factory share.
struct Shared {
  Pacer pacer{pause_between_frames};
  RawClients raw_clients;
};

class RoomsUser : public ChatUser {
 public:
  RoomsUser(std::string name, std::shared_ptr<Outbox> outbox, const Directory& directory)
      : ChatUser(std::move(name), std::move(outbox)), directory_(directory) {}

 private:
  Frames render(const Message& message) const override {
    return rooms::to_frames(
        {message.sender(), directory_.room_of(*this), message.body(), message.is_private()});
  }
  Frames render_notice(const Notice& notice) const override {
    const bool has_arrived = notice.kind == Notice::Kind::arrived;
    return {rooms::to_sentence(std::string(notice.name) +
                               (has_arrived ? " has joined the room." : " has left the room."))};
  }
  Frames render_left_out(std::size_t count) const override {
    return {rooms::to_sentence(std::to_string(count) + " messages came too fast and were left out here.")};
  }

  const Directory& directory_;
};

class RoomsSession : public ParsedChatSession<RoomsSession, rooms::Parser> {
  friend ParsedChatSession;

 public:
  RoomsSession(std::shared_ptr<Connection> connection, Context& context, Shared& shared)
      : ParsedChatSession(std::move(connection), context, "rooms",
                          rooms::Parser({.object_bytes = context.limits.max_body_bytes}), &shared.pacer),
        shared_(shared) {}
  ~RoomsSession() override { shared_.raw_clients.remove(shared_connection()); }

 private:
  std::shared_ptr<ChatUser> make_user(std::string name) override {
    return std::make_shared<RoomsUser>(std::move(name), outbox(), context().directory);
  }
  std::string welcome(const ChatUser&, Occasion) override { return rooms::connect_ack(); }
  std::string to_sentence(std::string_view sentence) const override { return rooms::to_sentence(sentence); }
  bool echoes_own_lines() const override { return true; }

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

  Shared& shared_;
  bool is_raw_ = false;
};

void RoomsSession::on(const rooms::Connect& request) {
  if (!request.room.empty() && check_room_name(request.room) != NameFault::none)
    return tell_peer("A room has a printable name of at most 64 bytes.");
  if (const auto self = user()) return change_room(*self, request);
  switch (sign_on(request.name, request.room)) {
    case SignOn::done:
      return;
    case SignOn::unprintable:
      return tell_peer("A name is one printable word of at most 32 bytes.");
    case SignOn::reserved:
      return tell_peer("That name means something else here. Please connect with another one.");
    case SignOn::taken:
      return tell_peer("That name is taken. Please connect with another one.");
  }
}

void RoomsSession::change_room(const ChatUser& self, const rooms::Connect& request) {
  if (!equal_ignoring_case(self.name(), request.name))
    return tell_peer("You are connected as " + self.name() +
                     " already; connect again changes only the room.");
  if (!move(request.room)) send(rooms::connect_ack());
}

void RoomsSession::on(const rooms::Say& request) {
  if (!user()) return tell_peer("Please connect with a name before you send messages.");
  say(request.text);
}

void RoomsSession::on(const rooms::RawText& text) {
  if (!std::exchange(is_raw_, true)) {
    need_no_sign_on();
    shared_.raw_clients.add(shared_connection());
    context().log.info("{} sends raw text", connection().label());
  }
  shared_.raw_clients.send(text.bytes);
}

}  // namespace

SessionFactory rooms_sessions(Context& context) {
  return [&context, shared = std::make_shared<Shared>()](std::shared_ptr<Connection> connection) {
    return std::make_shared<RoomsSession>(std::move(connection), context, *shared);
  };
}

}  // namespace parley
