#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "server/frame.hpp"

namespace parley {

/// Whom a message was meant for: everyone in the sender's room, or one user wherever that one is.
enum class Audience { room, user };

/// One message on its way, its bytes still in the sender's buffer. Lives on the sender's thread for as long
/// as it is being handed out. The body should be UTF-8, but may be any bytes.
class Message {
 public:
  using Clock = std::chrono::steady_clock;

  /// `sender`: a user's name, of at most max_name_bytes. `room`: as it is shown, the sender's or, of a
  /// private message, the recipient's. Once `answer_by` has come the sender has been told that the message
  /// failed, and it must not begin to leave any more. `client_id`: what the sender's client calls it, for the
  /// sender alone.
  Message(std::string_view sender, std::string_view body, Audience audience, std::string_view room,
          Clock::time_point answer_by = Clock::time_point::max(), const void* source = nullptr,
          std::string_view client_id = {})
      : sender_(sender),
        body_(body),
        room_(room),
        audience_(audience),
        answer_by_(answer_by),
        source_(source),
        client_id_(client_id) {}

  std::string_view sender() const { return sender_; }
  std::string_view body() const { return body_; }
  std::string_view room() const { return room_; }
  bool is_private() const { return audience_ == Audience::user; }
  Clock::time_point answer_by() const { return answer_by_; }
  /// Who it comes from, whatever the name: the same for all that one connection sends, and not to be looked
  /// into.
  const void* source() const { return source_; }
  std::string_view client_id() const { return client_id_; }

  /// The message in a format: made once, however many recipients have it.
  const Frames& rendered(const Format& format, FunctionRef<Frames()> render) const {
    return renderings_.get(format, render);
  }

 private:
  std::string_view sender_;
  std::string_view body_;
  std::string_view room_;
  Audience audience_;
  Clock::time_point answer_by_;
  const void* source_;
  std::string_view client_id_;
  mutable Renderings renderings_;
};

/// Somebody has come into a room, or gone from it. Lives as a Message does.
class Notice {
 public:
  enum class Kind { arrived, left };

  /// `dialect`: the user's; `room`: as it is shown.
  Notice(Kind kind, std::string_view name, std::string_view dialect, std::string_view room)
      : kind_(kind), name_(name), dialect_(dialect), room_(room) {}

  Kind kind() const { return kind_; }
  std::string_view name() const { return name_; }
  std::string_view dialect() const { return dialect_; }
  std::string_view room() const { return room_; }

  const Frames& rendered(const Format& format, FunctionRef<Frames()> render) const {
    return renderings_.get(format, render);
  }

 private:
  Kind kind_;
  std::string_view name_;
  std::string_view dialect_;
  std::string_view room_;
  mutable Renderings renderings_;
};

}  // namespace parley
