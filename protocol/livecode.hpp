#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/events.hpp"
#include "protocol/input_buffer.hpp"

/// The LiveCode dialect: its requests, its parser, and how its answers are written (PROTOCOL.md, LC1 to LC5).
namespace parley::livecode {

using parley::NeedMore;

// Every string_view of an event is the body as it came; it points into the parser: see Parser::next().

/// AUTH: take this name.
struct SignOn {
  std::string_view name;
};

/// MESG: say this to everyone.
struct Say {
  std::string_view text;
};

/// DCNX: give the name back, and stay connected.
struct SignOff {
  std::string_view name;
};

/// STOP: give the name back, and leave.
struct Stop {
  std::string_view name;
};

/// Any other word.
struct Unknown {
  std::string_view body;
};

/// A line that is no header, its length least of all (LC1.6): it is answered, and the next line is a header.
struct InvalidLength {};

/// A length over the limit (LC1.7): its body cannot be told from requests, so nothing more is read.
struct TooLong {};

using Event = std::variant<NeedMore, SignOn, Say, SignOff, Stop, Unknown, InvalidLength, TooLong>;

/// Longest header line, its LF not counted: four letters, a comma, and more digits than any length has.
inline constexpr std::size_t max_header_line_bytes = 64;

/// An incremental parser of what one client sends. The events are the same however the bytes were cut, in
/// linear time. Belongs to one thread.
class Parser {
 public:
  explicit Parser(std::size_t max_body_bytes) : max_body_bytes_(max_body_bytes) {}

  /// Room for at least one byte, to read into. Ends the life of the last event's string_views.
  std::span<char> prepare() { return buffer_.prepare(); }

  /// The first `count` bytes of what prepare() returned hold input now.
  void commit(std::size_t count) { buffer_.commit(count); }

  /// prepare() and commit() for bytes that are already somewhere, any number of them.
  void feed(std::string_view bytes) { buffer_.append(bytes); }

  const InputBuffer& input() const { return buffer_; }

  /// Overwrites what was read of earlier events, in which a password may have been. Ends the life of the last
  /// one's string_views.
  void wipe_consumed();

  /// The next event in the bytes given so far, NeedMore when there is none. Its string_views live until the
  /// next prepare() or feed(). After a TooLong it is always NeedMore.
  Event next();

  /// After next() returned NeedMore: a request has begun and is not complete. Blank lines begin nothing.
  bool in_frame() const { return is_skipping_line_ || !pending().empty(); }

  /// What has come and is not consumed.
  std::string_view pending() const { return buffer_.pending(); }

 private:
  struct Command;

  bool skip_to_header();
  std::optional<Event> read_header(std::size_t line_end);
  Event stop();

  std::size_t max_body_bytes_;
  InputBuffer buffer_;
  bool is_skipping_line_ = false;  // one that is too long; it has been answered
  bool is_stopped_ = false;

  // Of the pending request, once its header line is complete.
  const Command* command_ = nullptr;
  std::size_t header_bytes_ = 0;
  std::size_t body_bytes_ = 0;
};

// Texts. Pure functions; safe from any thread.

/// How the bytes of one connection's texts are meant (LC4).
enum class Charset { utf8, cp1252 };

/// What such bytes are: CP1252 when they cannot be UTF-8.
Charset charset_of(std::string_view body);

/// A body of the client's as one line of UTF-8. Line ends at its end do not count, those inside become
/// spaces.
std::string to_text(std::string_view body, Charset charset);

// What the server writes, each a whole frame, exact to the byte (LC3). Pure functions; safe from any thread.

/// The answers to AUTH, and to DCNX and STOP.
inline constexpr std::string_view verified = "VERI,0\n";
inline constexpr std::string_view disconnected = "DCNX,0\n";

/// A line of chat or a notice. `text` is UTF-8, and becomes one line as in to_text().
std::string message(std::string_view text, Charset charset);

/// A refusal and a complaint, each an ASCII sentence without a line's end.
std::string error(std::string_view sentence);
std::string warning(std::string_view sentence);

/// The complaint about a length. As the family's server writes it: one LF more than any other.
std::string invalid_length();

/// A sentence of the server's that is not of the family.
inline std::string to_sentence(std::string_view sentence) {
  return error(sentence);
}

/// The family's own sentences.
inline constexpr std::string_view username_taken = "Username already taken";
inline constexpr std::string_view not_verified = "Client not verified";
inline constexpr std::string_view already_verified = "Customer already verified";
inline constexpr std::string_view unknown_command = "Unknown command";

}  // namespace parley::livecode
