#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <variant>

#include "protocol/events.hpp"
#include "protocol/input_buffer.hpp"
#include "protocol/rooms_request.hpp"

/// The JSON rooms dialect on a stream of bytes of its own (PROTOCOL.md, RM1 to RM10).
namespace parley::rooms {

using parley::NeedMore;
using parley::Violation;  // RM1.5

/// A piece of what a client without JSON sent, as it came (RM6). Points into the parser: see Parser::next().
struct RawText {
  std::string_view bytes;
};

using Event = std::variant<NeedMore, Connect, Say, Tell, AskWho, Exit, RawText, Refusal, Violation>;

/// How large a client's objects may get.
struct ObjectLimits {
  /// From the first brace to the last. A long page of text.
  std::size_t object_bytes = 64 * 1024;
  /// Objects and lists within each other. A request has two.
  std::size_t levels = most_levels;
};

/// An incremental parser of what one client sends. Its first byte decides: "{" begins a stream of JSON
/// objects, any other byte raw text. The requests are the same however the bytes were cut, in linear time;
/// pieces of raw text are as large as what was fed. Belongs to one thread.
class Parser {
 public:
  explicit Parser(ObjectLimits limits = {}) : limits_(limits) {}

  /// From the next request on the client has these; none in the beginning.
  void use(const Features& features) { features_ = features; }

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
  Features features_;
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

}  // namespace parley::rooms
