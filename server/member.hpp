#pragma once

#include <string>

#include "server/message.hpp"
#include "server/receipt.hpp"

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

 private:
  const std::string name_;
};

}  // namespace parley
