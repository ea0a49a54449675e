#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace parley {

/// Whom a message was meant for: everyone in the sender's room, or one user wherever that one is.
enum class Audience { room, user };

/// A message kept for a recipient that is busy.
struct StoredMessage {
  std::string sender;
  std::string body;
};

/// One message on its way, its bytes still in the sender's buffer. Lives on the sender's thread for as long
/// as it is being handed out. The body should be UTF-8, but may be any bytes.
class Message {
 public:
  Message(std::string_view sender, std::string_view body, Audience audience)
      : sender_(sender), body_(body), audience_(audience) {}

  std::string_view sender() const { return sender_; }
  std::string_view body() const { return body_; }
  bool is_private() const { return audience_ == Audience::user; }

  /// A copy that outlives this object; made once however many recipients keep it.
  const std::shared_ptr<const StoredMessage>& stored() const {
    if (!stored_)
      stored_ =
          std::make_shared<const StoredMessage>(StoredMessage{std::string(sender_), std::string(body_)});
    return stored_;
  }

 private:
  std::string_view sender_;
  std::string_view body_;
  Audience audience_;
  mutable std::shared_ptr<const StoredMessage> stored_;
};

/// Somebody has come into a room, or gone from it.
struct Notice {
  enum class Kind { arrived, left };
  Kind kind;
  std::string_view name;
};

}  // namespace parley
