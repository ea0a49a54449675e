#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "server/chat/outbox.hpp"
#include "server/directory/member.hpp"

namespace parley {

/// A user whose one socket is both ways: what differs between dialects is how a message and a notice are
/// written.
class ChatUser : public Member {
 public:
  /// `max_waiting_frames`: what is beyond waits too long to be worth it and is left out; for paced users.
  ChatUser(std::string name, std::shared_ptr<Outbox> outbox, std::size_t max_waiting_frames = SIZE_MAX)
      : Member(std::move(name)), outbox_(std::move(outbox)), max_waiting_frames_(max_waiting_frames) {}

  void deliver(const Message& message, Receipt receipt) final;
  bool hears_notices() const override { return true; }
  void announce(const Notice& notice) final;
  void log(std::string_view line) const final;
  void evict(const char* reason, const Sentence& farewell) noexcept final;
  void hear_operator(std::string_view sentence) final;
  std::optional<Standing> standing() const final;
  /// The same under the next name.
  const void* source() const final { return outbox_.get(); }

  /// Signed off: what is still on its way to this user is lost. The connection may sign on again. Any thread.
  void retire() { is_retired_.store(true, std::memory_order_relaxed); }

 private:
  // Any thread. Users of one format have the same frames for everything: rendering asks for it no second
  // time. Empty: nothing is shown.
  virtual Format format() const = 0;
  virtual Format format_for(const Message&) const { return format(); }
  virtual Frames render(const Message& message, const Format& format) const = 0;
  virtual Frames render_notice(const Notice&, const Format&) const { return {}; }
  /// A sentence of the server's.
  virtual Frames render_sentence(std::string_view) const { return {}; }
  /// So many messages and notices were left out, since more came than a paced connection lets out.
  virtual Frames render_left_out(std::size_t) const { return {}; }

  bool may_send();

  const std::shared_ptr<Outbox> outbox_;
  const std::size_t max_waiting_frames_;
  std::atomic<bool> is_retired_{false};
  std::atomic<std::size_t> left_out_{0};  // that the user has not been told of
};

}  // namespace parley
