#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/support/process.hpp"

namespace parley::bench {

/// How often a user who chats sends a message.
inline constexpr std::chrono::milliseconds chat_interval{100};

/// A process that holds users of a running parleyd: two registered sockets each, all from one address of this
/// machine. Belongs to one thread. Every call but hold() waits, for a bounded time, and throws
/// std::runtime_error when it was in vain.
class Holder {
 public:
  Holder();

  /// Begins to sign on `count` users, one after the other, named after their numbers from `first` on.
  void hold(std::uint16_t port, const std::string& source_host, std::size_t first, std::size_t count);

  /// What became of hold().
  struct Held {
    std::size_t users = 0;
    std::string failure;  ///< why it ended early; empty when it did not
  };
  Held wait_until_held();

  /// From here on the first `senders` users each send a message to their neighbour every chat_interval and
  /// wait for its SENT. There must be at least two users.
  void chat(std::size_t senders);

  /// Ends that. Returns how many messages were acknowledged.
  std::size_t stop_chat();

 private:
  std::string ask(const std::string& request);
  std::string read_answer();

  test::Process process_;
};

/// What a Holder's process does: obeys the lines of its standard input until that ends. Returns the exit
/// code.
int run_holder();

}  // namespace parley::bench
