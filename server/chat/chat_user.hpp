#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "server/chat/outbox.hpp"
#include "server/directory/member.hpp"

namespace parley {

/// What is to be written, each frame by a write of its own.
using Frames = std::vector<std::string>;

/// A user whose one socket is both ways: what differs between dialects is how a message and a notice are
/// written.
class ChatUser : public Member {
 public:
  ChatUser(std::string name, std::shared_ptr<Outbox> outbox)
      : Member(std::move(name)), outbox_(std::move(outbox)) {}

  void deliver(const Message& message, Receipt receipt) final;
  bool hears_notices() const override { return true; }
  void announce(const Notice& notice) final;

  /// Signed off: what is still on its way to this user is lost. The connection may sign on again. Any thread.
  void retire() { is_retired_.store(true, std::memory_order_relaxed); }

 private:
  // Any thread. Empty: nothing is shown.
  virtual Frames render(const Message& message) const = 0;
  virtual Frames render_notice(const Notice&) const { return {}; }
  /// So many messages and notices were left out, since more came than a paced outbox lets out.
  virtual Frames render_left_out(std::size_t) const { return {}; }

  bool may_send();

  const std::shared_ptr<Outbox> outbox_;
  std::atomic<bool> is_retired_{false};
  std::atomic<std::size_t> left_out_{0};  // that the user has not been told of
};

}  // namespace parley
