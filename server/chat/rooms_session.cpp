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
#include "protocol/rooms_answers.hpp"
#include "server/chat/parsed_chat_session.hpp"
#include "server/chat/rooms_chat_session.hpp"
#include "server/chat/rooms_wire.hpp"

namespace parley {
namespace {

/// A line for each object, of what a client reads at once; the pause is enough for one that parses each read
/// as one object (RM4.1, RM4.2).
constexpr RoomsWire rooms_wire{"rooms", rooms::max_line_bytes - 1, false, std::chrono::milliseconds(30),
                               rooms::to_line};

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

class RoomsSession : public ParsedChatSession<RoomsSession, rooms::Parser, RoomsChatSession> {
  friend ParsedChatSession;

 public:
  RoomsSession(std::shared_ptr<Connection> connection, Context& context, RawClients& raw_clients)
      : ParsedChatSession(std::move(connection), context, rooms_wire,
                          rooms::Parser({.object_bytes = context.limits.max_body_bytes})),
        raw_clients_(raw_clients) {}
  ~RoomsSession() override {
    if (is_raw_) raw_clients_.remove(shared_connection());
  }

 private:
  bool handle_event() override {
    parser().use(features());
    return ParsedChatSession::handle_event();
  }

  using RoomsChatSession::on;
  void on(const rooms::RawText& text);
  void on(const rooms::Violation& violation) {
    end_with(violation.sentence, rooms::to_sentence(violation.sentence));
  }

  RawClients& raw_clients_;
  bool is_raw_ = false;
};

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
