#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/directory/message.hpp"
#include "server/directory/receipt.hpp"

namespace parley {

/// One user of the directory, whatever its dialect.
class Member {
 public:
  explicit Member(std::string name) : name_(std::move(name)) {}
  virtual ~Member() = default;
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  /// As registered. Constant; any thread.
  const std::string& name() const { return name_; }

  /// Hands over one message. Any thread; never blocks. The receipt is reported when the recipient
  /// acknowledged the message, or when it is certain that it will not.
  virtual void deliver(const Message& message, Receipt receipt) = 0;

  /// Whether announce() says anything: dialects that have no word for it are not asked. Constant; any thread.
  virtual bool hears_notices() const { return false; }

  /// Tells of a coming or going in the member's room. Any thread; never blocks.
  virtual void announce(const Notice&) {}

 private:
  const std::string name_;
};

using Members = std::vector<std::shared_ptr<Member>>;

/// Tells each of them. Any thread; never blocks.
inline void announce(const Members& members, const Notice& notice) {
  for (const auto& member : members) member->announce(notice);
}

}  // namespace parley
