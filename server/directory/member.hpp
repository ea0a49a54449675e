#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/user_name.hpp"
#include "server/directory/message.hpp"
#include "server/directory/receipt.hpp"
#include "server/sentence.hpp"

namespace parley {

/// What an operator is shown of a user's connections, all of them together.
struct Standing {
  std::string address;               ///< and port, of the one that the user sends on
  std::uint64_t sent_bytes = 0;      ///< by the user
  std::uint64_t received_bytes = 0;  ///< by the user's system
  std::size_t queue_bytes = 0;       ///< that wait for the user, their bookkeeping included
};

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

  /// Asks for the end of its session, for the reason, a literal; the user is told the sentence. Nothing for
  /// who has no session here. Any thread; never blocks.
  virtual void evict(const char* /*reason*/, const Sentence& /*farewell*/) noexcept {}

  /// A sentence of the operator's to everybody: UTF-8 without control characters. Any thread; never blocks.
  virtual void hear_operator(std::string_view) {}

  /// How its connections are doing; nothing for who has none here. Any thread; never blocks.
  virtual std::optional<Standing> standing() const { return std::nullopt; }

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
