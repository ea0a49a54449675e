#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.hpp"
#include "tests/support/check.hpp"

namespace parley::test {

/// The server's end of one connection, driven by hand. Every wait is bounded; what does not come as told ends
/// the test case. Belongs to one thread.
class AcceptedSocket {
 public:
  explicit AcceptedSocket(FileDescriptor socket) : socket_(std::move(socket)) {}

  void send(std::string_view bytes, Where where = Where::here());
  /// Each byte as a segment of its own.
  void send_byte_by_byte(std::string_view bytes, Where where = Where::here());
  /// Exactly these bytes come next.
  void expect(std::string_view bytes, Where where = Where::here());
  /// REGISTER comes next, and is confirmed.
  void accept_registration(std::string_view channel, std::string_view name, Where where = Where::here());
  /// The end of the stream comes next, and no reset.
  void expect_end(Where where = Where::here());
  void close() { socket_.reset(); }
  /// Ends what goes to the client; what comes is still read.
  void end();
  /// Closed with a reset, as when a program is killed that has not read everything.
  void reset();
  /// Whether the client has closed it by now, and nothing stands before the end.
  bool has_ended() const;
  /// Passes over whatever has come until now.
  void discard();

 private:
  std::string receive(Where where);

  FileDescriptor socket_;
  std::string received_;  // not yet expected
};

/// Both sockets of a client, in the order in which it opened them.
struct FakeSession {
  /// SEND comes next, and is reported as delivered.
  void expect_send(std::string_view recipient, std::string_view text, Where where = Where::here());
  /// A FORWARD, which is acknowledged.
  void forward(std::string_view sender, std::string_view text, Where where = Where::here());

  AcceptedSocket to_send;
  AcceptedSocket to_recv;
};

/// Listens on a free port of 127.0.0.1 and answers what the test tells it to. Belongs to one thread.
class FakeServer {
 public:
  explicit FakeServer(Where where = Where::here());

  std::string port() const { return std::to_string(port_); }

  /// parley's arguments for alice at this server.
  std::vector<std::string> arguments(std::vector<std::string> options = {}) const;

  FakeSession accept(Where where = Where::here());

  /// accept(), and a registration that goes well.
  FakeSession accept_user(const std::string& name, Where where = Where::here());

 private:
  FileDescriptor accept_one(Where where);

  FileDescriptor listener_;
  std::uint16_t port_ = 0;
};

}  // namespace parley::test
