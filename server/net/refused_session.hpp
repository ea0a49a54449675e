#pragma once

#include <string>
#include <utility>

#include "server/net/session.hpp"

namespace parley {

/// A socket that there is no room for: it is told so, and has the linger time to read it.
class RefusedSession : public Session {
 public:
  RefusedSession(std::shared_ptr<Connection> connection, std::string last_words)
      : Session(std::move(connection), {}, {{0, 0}, {0, 0}}, {}), last_words_(std::move(last_words)) {}

 private:
  std::chrono::milliseconds handshake_timeout() const override {
    return connection().limits().linger_timeout;
  }
  void begin() override { connection().finish(last_words_); }
  NextRead prepare() override { return {}; }  // nothing is read but to be thrown away
  void commit(std::size_t) override {}
  void feed(std::string_view) override {}
  bool handle_next() override { return false; }
  void expire(Deadline) override {}
  void refuse(std::string_view) override {}
  void asked_to_end(std::string_view, std::string_view) override {}
  void end(std::string_view) override {}

  const std::string last_words_;
};

}  // namespace parley
