#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/user_name.hpp"
#include "server/directory/message.hpp"
#include "server/directory/receipt.hpp"

namespace parley {

/// One user of the directory, whatever its dialect.
class Member {
 public:
  explicit Member(std::string name) : name_(std::move(name)), key_(fold_case(name_)) {}
  virtual ~Member() = default;
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  /// As registered. Constant; any thread.
  const std::string& name() const { return name_; }
  /// The name as it is found. Constant; any thread.
  const std::string& key() const { return key_; }

  /// Its name in the table of dialects. Constant; any thread.
  virtual std::string_view dialect() const = 0;

  /// Hands over one message. Any thread; never blocks. The receipt is reported when the recipient
  /// acknowledged the message, or when it is certain that it will not.
  virtual void deliver(const Message& message, Receipt receipt) = 0;

  /// Whether it is told of comings and goings from its arrival on. Constant; any thread.
  virtual bool hears_notices() const { return false; }

  /// Tells of a coming or going in the member's room. Any thread; never blocks.
  virtual void announce(const Notice&) {}

  /// Who takes a line for all users of one other node in a room, once; null: the member itself does.
  /// Constant; any thread.
  virtual std::shared_ptr<Member> carrier() const { return nullptr; }

  /// Asks for the end of its session; the user is told the reason, a literal sentence. Nothing for who has no
  /// session here. Any thread; never blocks.
  virtual void evict(const char*) noexcept {}

  /// Whether one's own lines come back. Constant; any thread.
  virtual bool hears_itself() const { return false; }

  /// The source of this member's messages: see Message. Constant; any thread.
  virtual const void* source() const { return this; }

  /// A line in the log about this member; so many in a second. Any thread.
  virtual void log(std::string_view) const {}

 private:
  const std::string name_;
  const std::string key_;
};

using Members = std::vector<std::shared_ptr<Member>>;

}  // namespace parley
