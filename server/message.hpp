#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace parley {

/// A message kept for a recipient that is busy.
struct StoredMessage {
  std::string sender;
  std::string body;
};

/// One message on its way, its bytes still in the sender's buffer. Lives on the sender's thread for as long
/// as it is being handed out.
class Message {
 public:
  Message(std::string_view sender, std::string_view body) : sender_(sender), body_(body) {}

  std::string_view sender() const { return sender_; }
  std::string_view body() const { return body_; }

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
  mutable std::shared_ptr<const StoredMessage> stored_;
};

}  // namespace parley
