#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/events.hpp"
#include "protocol/input_buffer.hpp"

struct wslay_frame_context;

/// The server's side of a WebSocket, RFC 6455, once HTTP has been left (PROTOCOL.md, WB4). No extensions.
namespace parley::websocket {

using parley::NeedMore;

/// Why a WebSocket ends, as one end tells the other.
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported = 1003,
  none = 1005,  ///< never written: the other end told no reason
  not_utf8 = 1007,
  policy = 1008,
  too_big = 1009,
  dismissed = 4001  ///< of our own: somebody has decided that the client is not to be here as it is
};

/// A whole text message, which is UTF-8. Points into the parser: until the next call of next().
struct Text {
  std::string_view text;
};

/// To be answered with a Pong of the same bytes. Until the next call of next().
struct Ping {
  std::string_view payload;
};

struct Pong {};

/// The other end ends it. Nothing follows.
struct Close {
  CloseCode code = CloseCode::none;
};

/// What RFC 6455 or this server forbids: it is ended with this code. Nothing follows.
struct Fault {
  CloseCode code = CloseCode::protocol_error;
  std::string_view sentence;
};

using Event = std::variant<NeedMore, Text, Ping, Pong, Close, Fault>;

/// An incremental parser of what one client sends. The events are the same however the bytes were cut, in
/// linear time, and take no more memory than what has come. Belongs to one thread.
class Parser {
 public:
  /// `most_bytes`: of a message, in however many frames it comes. Throws std::bad_alloc.
  explicit Parser(std::size_t most_bytes = 64 * 1024);
  ~Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  /// Room to read into.
  std::span<char> prepare() { return buffer_.prepare(); }
  /// The first `count` bytes of what prepare() returned hold input now.
  void commit(std::size_t count) { buffer_.commit(count); }
  /// prepare() and commit() for bytes that are already somewhere, any number of them.
  void feed(std::string_view bytes) { buffer_.append(bytes); }

  const InputBuffer& input() const { return buffer_; }
  /// What has come and is not consumed.
  std::string_view pending() const { return buffer_.pending(); }
  /// The memory of the message that is not complete, where that is large.
  std::size_t message_bytes() const { return message_.capacity() > small_bytes ? message_.capacity() : 0; }

  /// Overwrites what was read of earlier events, in which a password may have been.
  void wipe_consumed();

  /// The next event in the bytes given so far, NeedMore when there is none. After a Close or a Fault it is
  /// always NeedMore.
  Event next();

  /// After next() returned NeedMore: a message or a frame has begun and is not complete.
  bool in_frame() const { return !is_over_ && (is_in_message_ || given_bytes_ > framed_bytes_); }

  /// There was a Close or a Fault.
  bool is_over() const { return is_over_; }

  static constexpr std::size_t most_control_bytes = 125;

 private:
  struct Part;  // of a frame
  struct Free {
    void operator()(wslay_frame_context* context) const;
  };

  static std::ptrdiff_t give_input(std::uint8_t* room, std::size_t size, int flags, void* parser);
  Event stop(Event last);
  std::optional<Fault> fault_of_beginning(const Part& part) const;
  std::optional<Event> take(const Part& part);
  Event complete_message();
  Event complete_control(std::uint8_t opcode);
  Event complete_close();

  static constexpr std::size_t small_bytes = 8 * 1024;

  const std::size_t most_bytes_;
  InputBuffer buffer_;
  const std::unique_ptr<wslay_frame_context, Free> frames_;
  std::string message_;             // of the data frames so far, or of the last event
  std::string control_;             // the same of one control frame
  std::uint64_t given_bytes_ = 0;   // to frames_
  std::uint64_t framed_bytes_ = 0;  // of those, in whole frames
  std::uint64_t frame_bytes_ = 0;   // of the payload that has begun
  bool is_in_message_ = false;
  bool is_in_payload_ = false;
  bool is_over_ = false;
};

// What the server writes: one whole frame each. Pure functions; safe from any thread.

std::string text_frame(std::string_view text);
/// At most most_control_bytes; so is the answer's.
std::string ping_frame(std::string_view payload);
std::string pong_frame(std::string_view payload);
/// The reason is cut to 123 bytes, between code points.
std::string close_frame(CloseCode code, std::string_view reason);

}  // namespace parley::websocket
