#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_descriptor.hpp"
#include "tests/support/check.hpp"

namespace parley::test {

/// Where a server listens: a numeric IPv4 or IPv6 address.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
};

struct PeerOptions {
  /// The address to connect from, for example "127.0.0.2". Empty: the system's choice.
  std::string source_host = {};
  /// SO_RCVBUF, for peers that soon have no room. 0: the system's choice.
  int receive_buffer_bytes = 0;
};

/// A raw TCP connection to a server, which a test drives by hand. Every wait is bounded; what does not come
/// as told ends the test case with what was expected and what came. Belongs to one thread.
class Peer {
 public:
  explicit Peer(const Endpoint& server, const PeerOptions& options = {}, Where where = Where::here());

  /// Sends all of it, in as few segments as the kernel makes of it.
  void send(std::string_view bytes, Where where = Where::here());

  /// Sends the bytes before `cut` and those behind it as segments of their own.
  void send_cut(std::string_view bytes, std::size_t cut, Where where = Where::here());

  /// Sends each byte as a segment of its own.
  void send_byte_by_byte(std::string_view bytes, Where where = Where::here());

  /// Sends what the kernel takes at once. Returns how many bytes that were: 0 when the peer is not reading,
  /// nullopt when the connection is gone.
  std::optional<std::size_t> try_send(std::string_view bytes);

  /// Exactly these bytes come next.
  void expect(std::string_view bytes, Where where = Where::here());

  /// What one call of recv gives, once there is something: how programs read that expect a frame per recv.
  std::string receive_once(Where where = Where::here());

  /// The next whole frame of a server, as its bytes; fails at the end of the stream. Knows only exact frames
  /// and does without the project's own parser, which is under test.
  std::string next_frame(Where where = Where::here());

  /// As next_frame(), but nullopt at a proper end of the stream; fails at a reset.
  std::optional<std::string> next_frame_or_end(Where where = Where::here());

  /// As next_frame(), but nullopt when the bytes that are here already make no whole frame.
  std::optional<std::string> try_next_frame(Where where = Where::here());

  /// The end of the stream comes next: no byte more, and no reset.
  void expect_end(Where where = Where::here());

  /// All bytes up to the end of the stream; fails at a reset.
  std::string receive_until_end(Where where = Where::here());

  /// The connection ends, with or without a reset; bytes before it are not looked at.
  void expect_gone(Where where = Where::here());

  /// Waits until there is something to read (or the end) or, if asked for, room to write. False when neither
  /// comes before the deadline.
  bool wait_ready(bool or_writable, Deadline deadline = Deadline());

  /// The end of what is sent; receiving goes on.
  void half_close();

  /// Closes with a reset instead of an end of stream.
  void abort();

  void close() { socket_.reset(); }

 private:
  enum class Outcome { data, end, reset, deadline, nothing };

  Outcome receive(int wait_ms);
  std::optional<std::string> take_frame(Where where);
  [[noreturn]] void fail_to_receive(Outcome outcome, const std::string& expected, Where where) const;

  FileDescriptor socket_;
  std::string received_;  // not yet handed out
};

}  // namespace parley::test
