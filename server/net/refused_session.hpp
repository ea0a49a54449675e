#pragma once

#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "server/net/session.hpp"

namespace parley {

/// A socket that there is no room for: it is told so, and has the linger time to read it.
class RefusedSession : public Session {
 public:
  RefusedSession(std::shared_ptr<Connection> connection, std::string last_words,
                 std::chrono::milliseconds linger)
      : Session(std::move(connection)), last_words_(std::move(last_words)), linger_(linger) {}

  void expire(Deadline) override { connection().abort("did not close its end"); }
  void stop() override { connection().finish({}, linger_); }

 private:
  void begin() override { connection().finish(last_words_, linger_); }
  std::span<char> prepare() override { return scratch_; }
  void receive(std::size_t) override {}
  void end(std::string_view) override {}

  const std::string last_words_;
  const std::chrono::milliseconds linger_;
  std::array<char, 64> scratch_{};
};

}  // namespace parley
