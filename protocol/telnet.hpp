#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/events.hpp"
#include "protocol/input_buffer.hpp"

/// The telnet dialect: lines of text, Telnet's negotiation filtered out of them, and how answers are written
/// (PROTOCOL.md, TN1 to TN6).
namespace parley::telnet {

using parley::NeedMore;

// The string_views of an event point into the parser: see Parser::next().

/// A line that the user has ended, without its end.
struct Line {
  std::string_view text;  ///< UTF-8, no control characters
  std::string_view
      raw;      ///< the bytes that it was made of: a name with a byte that is not UTF-8 is none (OD1)
  bool is_cut;  ///< it was longer (TN1.6)
};

/// What the peer's Telnet is to be sent at once (TN2).
struct Answer {
  std::string_view bytes;
};

/// The user's wish to leave: end of transmission on an empty line, or Telnet's end of file.
struct Leave {};

using Event = std::variant<NeedMore, Line, Answer, Leave>;

/// A screen's height of text in one breath.
inline constexpr std::size_t usual_max_line_bytes = 1024;

/// An incremental parser of what one terminal sends. The events are the same however the bytes were cut, in
/// linear time. Belongs to one thread.
class Parser {
 public:
  /// A line's bytes count as they came. At least 1.
  explicit Parser(std::size_t max_line_bytes = usual_max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  /// Room for at least one byte, to read into.
  std::span<char> prepare() { return buffer_.prepare(); }

  /// The first `count` bytes of what prepare() returned hold input now.
  void commit(std::size_t count) { buffer_.commit(count); }

  /// prepare() and commit() for bytes that are already somewhere, any number of them.
  void feed(std::string_view bytes) { buffer_.append(bytes); }

  const InputBuffer& input() const { return buffer_; }

  /// Overwrites what was read of earlier events, in which a password may have been. Ends the life of the last
  /// one's string_views.
  void wipe_consumed();

  /// The next event in the bytes given so far, NeedMore when there is none. Its string_view lives until the
  /// next next() or end(). After a Leave it is always NeedMore.
  Event next();

  /// The stream has ended, and next() has returned NeedMore: the Line that has no end (TN1.5), or NeedMore.
  Event end();

  /// The server has said that it echoes (will_echo): the peer's yes or no to that is no question.
  void expect_echo_answer() { ++echo_answers_; }

  /// Never: people think while they type, and a line may take its time.
  static constexpr bool in_frame() { return false; }

  /// What has come and is not consumed.
  std::string_view pending() const { return buffer_.pending(); }

  std::size_t max_line_bytes() const { return max_line_bytes_; }

 private:
  enum class State { text, command, option, subnegotiation, subnegotiation_command, leaving, left };

  Event take(unsigned char byte);
  Event take_text(unsigned char byte);
  Event take_command(unsigned char byte);
  Event take_option(unsigned char option);
  Event take_line();
  Event leave();
  void append(unsigned char byte);
  void erase();
  bool line_is_empty() const { return line_.empty() && dropped_ == 0; }

  std::size_t max_line_bytes_;
  InputBuffer buffer_;
  State state_ = State::text;
  bool follows_cr_ = false;    // LF or NUL is the rest of that line end
  unsigned char command_ = 0;  // of State::option

  std::string line_;         // as typed so far, and no longer than can be seen to be too long
  std::size_t dropped_ = 0;  // characters behind it

  std::string raw_;               // of the last Line
  std::string text_;              // of the last Line
  std::array<char, 3> answer_{};  // the last one
  std::size_t echo_answers_ = 0;  // that are still to come
  std::bitset<256> refused_do_;
  std::bitset<256> refused_will_;
};

// What the server writes. Pure functions; safe from any thread. Whatever bytes they are given come out as
// UTF-8 with control characters made visible.

/// What stands before the user's first line (TN3.1). No line end: the cursor waits behind it.
inline constexpr std::string_view name_prompt = "Please enter your name: ";

/// What asks for a password: the peer's Telnet shows no longer what is typed, since the server says that it
/// does (TN3.8). Each answer to a password begins with password_typed, which takes that back and ends the
/// line of which the user has seen nothing.
inline constexpr std::string_view password_prompt = "\xff\xfb\x01Password: ";
inline constexpr std::string_view password_typed = "\xff\xfc\x01\r\n";

/// The prompt again, behind a sentence that says why.
std::string to_prompt(std::string_view complaint);

/// A line of the server's own.
std::string to_sentence(std::string_view sentence);

/// A list of names comes in several frames, each for a write of its own.
inline constexpr std::size_t max_frame_bytes = 4 * 1024;

/// Who is there: one line in frames of at most `max_frame_bytes`, torn between names. More names than fit
/// into `max_bytes` are counted instead.
std::vector<std::string> online(const std::vector<std::string>& names, std::size_t max_bytes);

std::string arrived(std::string_view name);
std::string left(std::string_view name);

/// A text of somebody's, each of its lines marked with the sender. What is longer than `max_body_bytes` as it
/// is shown is cut; the whole is at most 128 bytes longer.
std::string public_lines(std::string_view sender, std::string_view body, std::size_t max_body_bytes);
std::string private_lines(std::string_view sender, std::string_view body, std::size_t max_body_bytes);

}  // namespace parley::telnet
