#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/events.hpp"
#include "protocol/input_buffer.hpp"

/// The NAME, GET_NAMES, MSG dialect: its commands, its parser and how its answers are written (PROTOCOL.md,
/// NM1 to NM4).
namespace parley::names {

using parley::NeedMore;
using parley::Refusal;
using parley::Violation;  // NM1.6

/// How one client's frames are told apart, both ways (NM1, NM2). One aligned word, so that a std::atomic of
/// it has no lock.
struct alignas(8) Framing {
  /// Digits of the length before each payload, 2 to 10; 0 in raw mode, where there is none.
  unsigned length_digits = 2;
  /// Raw mode only: each command and each answer is a line.
  bool has_lines = false;
};

// The string_views of an event point into the parser: see Parser::next().

/// Be called so from here on. `name` is all that was said, well formed or not.
struct SetName {
  std::string_view name;
};

/// Who is there?
struct GetNames {};

/// Tell one user, or BROADCAST. Neither is empty.
struct Tell {
  std::string_view recipient;
  std::string_view text;
};

/// Leave.
struct Exit {};

using Event = std::variant<NeedMore, SetName, GetNames, Tell, Exit, Refusal, Violation>;

/// An incremental parser of what one client sends. The first frame decides on the framing. Frames and lines
/// are the same however the bytes were cut, in linear time; in raw mode without lines each piece that is fed
/// is a command, and each read that has not filled its room ends one. Belongs to one thread.
class Parser {
 public:
  /// `max_payload_bytes`: longer ones are refused; at least what two digits can tell are read.
  explicit Parser(std::size_t max_payload_bytes = 64 * 1024);

  /// Room for at least one byte, to read into.
  std::span<char> prepare();

  /// The first `count` bytes of what prepare() returned hold input now.
  void commit(std::size_t count);

  /// prepare() and commit() for bytes that are already somewhere, any number of them.
  void feed(std::string_view bytes);

  const InputBuffer& input() const { return buffer_; }

  /// Overwrites what was read of earlier events, in which a password may have been. Ends the life of the last
  /// one's string_views.
  void wipe_consumed();

  /// Nothing more comes, or is waited for: a last line without its end counts as one, and zeros alone as
  /// EXIT.
  void end_input() { input_ended_ = true; }

  /// After next() returned NeedMore: all that has come is zeros, a first frame that means to leave (NM1.4)
  /// unless it is the beginning of a wider length. Whoever has waited a moment for that says end_input().
  bool may_be_exit() const;

  /// The next event in the bytes given so far, NeedMore when there is none. Its string_views live until the
  /// next call of next(), prepare() or feed(). After a Violation it is always NeedMore.
  Event next();

  /// After next() returned NeedMore: a frame has begun and is not complete. Raw text has no frames.
  bool in_frame() const;

  /// What has come and is not consumed.
  std::string_view pending() const { return buffer_.pending(); }

  /// What the first frame told; until then what most clients use.
  Framing framing() const { return framing_; }

 private:
  enum class Mode { undecided, framed, raw, stopped };

  std::optional<Event> decide();
  Event next_frame();
  Event skip_payload();
  Event next_raw();
  Event wrong_protocol();
  void skip_line_ends();

  std::size_t max_payload_bytes_;
  InputBuffer buffer_;
  Mode mode_ = Mode::undecided;
  Framing framing_;
  bool input_ended_ = false;
  int wrong_frames_ = 0;

  std::size_t payload_bytes_ = 0;  // still to come of the frame whose length has come
  bool is_too_long_ = false;       // the payload or line that is on its way, which is thrown away
  std::size_t scanned_ = 0;        // raw mode: no line end in so many bytes of pending()
  std::size_t room_bytes_ = 0;     // of the last prepare()
  bool room_is_full_ = false;      // raw mode: more of the piece comes
};

// What the server writes, each frame by a write of its own. No payload is longer than its length can tell, or
// than max_payload_bytes, and none ends within a code point. Pure functions; safe from any thread.

/// Where the width would allow more, or there is none: a list or a text comes in several frames, too.
inline constexpr std::size_t max_written_payload_bytes = 4 * 1024;

/// One frame. A payload that is too long is cut.
std::string to_frame(std::string_view payload, Framing framing);

/// A sentence for a client whose first frame has not come.
std::string to_sentence(std::string_view sentence);

/// A longer one, in as many frames as it needs.
std::vector<std::string> to_sentence_frames(std::string_view sentence, Framing framing);

/// Names, in as many frames as they need; none is torn. In raw text that has no lines a blank ends each frame
/// but the last.
std::vector<std::string> to_name_frames(const std::vector<std::string>& names, Framing framing);

/// "sender sent text", in as many frames as the text needs, each with these words before its part. `sender`:
/// at most 32 bytes. `text` may be any bytes: it becomes one line of UTF-8 without controls, and when that is
/// longer than `max_text_bytes` it is cut there, so that few bytes never make many.
std::vector<std::string> to_message_frames(std::string_view sender, std::string_view text, Framing framing,
                                           std::size_t max_text_bytes = 64 * 1024);

}  // namespace parley::names
