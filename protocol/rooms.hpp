#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/secret.hpp"
#include "protocol/events.hpp"
#include "protocol/input_buffer.hpp"

/// The JSON rooms dialect: its requests, its parser and how its answers are written (PROTOCOL.md, RM1 to
/// RM6).
namespace parley::rooms {

using parley::NeedMore;
using parley::Refusal;
using parley::Violation;  // RM1.5

/// Come into a room, or change to it. The room is empty when none was told, and so is the password.
struct Connect {
  std::string name;
  std::string room;
  Secret password;
};

/// Say this in the room.
struct Say {
  std::string text;
};

/// Leave.
struct Exit {};

/// A piece of what a client without JSON sent, as it came (RM6). Points into the parser: see Parser::next().
struct RawText {
  std::string_view bytes;
};

using Event = std::variant<NeedMore, Connect, Say, Exit, RawText, Refusal, Violation>;

/// How large a client's objects may get.
struct ObjectLimits {
  /// From the first brace to the last. A long page of text.
  std::size_t object_bytes = 64 * 1024;
  /// Objects and lists within each other. A request has two.
  std::size_t levels = 16;
};

/// An incremental parser of what one client sends. Its first byte decides: "{" begins a stream of JSON
/// objects, any other byte raw text. The requests are the same however the bytes were cut, in linear time;
/// pieces of raw text are as large as what was fed. Belongs to one thread.
class Parser {
 public:
  explicit Parser(ObjectLimits limits = {}) : limits_(limits) {}

  /// Room for at least one byte, to read into. Ends the life of a RawText.
  std::span<char> prepare() { return buffer_.prepare(); }

  /// The first `count` bytes of what prepare() returned hold input now.
  void commit(std::size_t count) { buffer_.commit(count); }

  /// prepare() and commit() for bytes that are already somewhere, any number of them.
  void feed(std::string_view bytes) { buffer_.append(bytes); }

  const InputBuffer& input() const { return buffer_; }

  /// Overwrites what was read of earlier events, in which a password may have been. Ends the life of the last
  /// one's string_views.
  void wipe_consumed();

  /// The next event in the bytes given so far, NeedMore when there is none. A RawText lives until the next
  /// prepare() or feed(). After a Violation it is always NeedMore.
  Event next();

  /// After next() returned NeedMore: an object has begun and is not complete.
  bool in_frame() const { return scan_.open_braces > 0; }

  /// What has come and is not consumed.
  std::string_view pending() const { return buffer_.pending(); }

 private:
  enum class Mode { undecided, objects, raw, stopped };
  enum class Found { nothing, end, line_end_in_string, too_deep, too_long };

  Event next_object();
  Event next_raw();
  bool find_object();
  Found find_end();
  Event stop(std::string_view sentence);

  ObjectLimits limits_;
  InputBuffer buffer_;
  Mode mode_ = Mode::undecided;
  bool skipping_ = false;  // what is no object, to the end of its line; it has been answered

  // Where the search for the end of the pending object stands.
  struct Scan {
    std::size_t scanned = 0;  // bytes of pending() that have been looked at
    std::size_t open_braces = 0;
    std::size_t open_brackets = 0;
    bool in_string = false;
    bool after_backslash = false;
  } scan_;
};

// What the server writes: one object and LF, at most max_frame_bytes together, each by a write of its own.
// Pure functions; safe from any thread.

/// The family's clients read this much and take it for one object.
inline constexpr std::size_t max_frame_bytes = 1024;

/// Into so many messages a text may be cut: three seconds of pauses. The longest one needs 88, but escapes
/// make six bytes of one.
inline constexpr std::size_t max_frames = 100;

std::string connect_ack();
std::string exit_ack();

/// A notification, which every client of the family shows. At most 160 bytes.
std::string to_sentence(std::string_view sentence);

/// A line of chat. `text` may be any bytes; what is not UTF-8 becomes U+FFFD.
struct ChatLine {
  std::string_view sender;  ///< at most 32 bytes
  std::string_view room;    ///< at most 64 bytes
  std::string_view text;
  bool is_private = false;
};

/// The line in as many messages as it needs, cut between code points; a private one is marked in each. What
/// is beyond `max_frames` is left out, and a notification says so.
std::vector<std::string> to_frames(const ChatLine& line);

}  // namespace parley::rooms
