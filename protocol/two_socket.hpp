#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/events.hpp"
#include "protocol/small_text.hpp"

/// The messages of the two-socket protocol and how they are written (PROTOCOL.md, sections F and M).
/// Pure values and functions; safe from any thread.
namespace parley::two_socket {

using parley::NeedMore;

/// What a socket is registered for (R4).
enum class Channel { to_send, to_recv };

/// The code of an ERROR. Peers are matched on it, never on the phrase (M3).
enum class ErrorCode {
  malformed_username = 100,
  no_user_registered = 101,
  unable_to_send = 102,
  header_incomplete = 103,
};

/// The phrase that goes with a code when nothing more exact can be said.
std::string_view phrase(ErrorCode code);

/// How the two lines of a message without a body end: its own, and the empty one behind it. Exact (F1.5) but
/// for what answers a REGISTER that ends otherwise (F1.6). Each is a constant: LF or CR LF, perhaps behind a
/// blank.
struct BlockEnd {
  std::string_view line = "\n";
  std::string_view empty_line = "\n";
};

// Every string_view of a message that came from a Parser points into that parser, or is a constant: see
// Parser::next().

/// client -> server. `name` is all that follows the channel, well formed or not, a password too (R8.1).
struct Register {
  Channel channel;
  std::string_view name;
  /// How its line ended. Parser::empty_line_end() tells the rest.
  std::string_view line_end = "\n";
};

/// The name for which a REGISTER asks: one word of digits behind a name is a port number of some clients'
/// (R1.6).
std::string_view asked_name(std::string_view name);

/// A request line as others may see it, in a log: visible, and of a REGISTER, however badly written, without
/// what may be a password.
std::string to_shown_request(std::string_view request_line, std::size_t most_bytes);

/// The same of all that follows a REGISTER's channel.
std::string to_shown_name(std::string_view name, std::size_t most_bytes);

/// client -> server. `recipient` is all that follows the word; "ALL" in any case is everyone.
struct Send {
  std::string_view recipient;
  std::string_view body;
};

/// client -> server: the answer to a FORWARD.
struct Received {
  std::string_view sender;
};

/// server -> client.
struct Registered {
  Channel channel;
  std::string_view name;
};

/// server -> client, answered with RECEIVED or ERROR 103.
struct Forward {
  std::string_view sender;
  std::string_view body;
  /// As a Parser read it in an Audience line: ALL, or the recipient's name; empty where there was none. Is
  /// not written.
  std::string_view audience = {};
};

/// server -> client: SENT, or SEND as the source's own table has it. `recipient` may be empty or any name.
struct Delivered {
  std::string_view recipient;
};

/// Both ways. `code` is any number the peer sent.
struct Error {
  int code;
  std::string_view phrase;
};

/// A complete request that this side of the protocol does not have; its body, if it told a length, is
/// consumed.
struct Unknown {
  std::string_view request_line;
};

/// A header block that breaks a clause. Of an unknown request of a client's, too: a length that is bad
/// (D7.3).
struct Violation {
  std::string_view clause;  ///< id in PROTOCOL.md, for example "F2.3"
  std::string_view what;    ///< what was wrong, a sentence part for people
  /// True: the block's end was found, and parsing goes on behind it, or behind its body when that is over the
  /// limit. But where no length was told, or a bad one, a body would be read as frames: a server ends it
  /// here. False: nothing behind it can be told apart any more, and the parser stays here.
  bool recoverable;
};

using Event = std::variant<NeedMore, Register, Send, Received, Registered, Forward, Delivered, Error, Unknown,
                           Violation>;

/// How large a peer's frames may get (PROTOCOL.md, section L).
struct FrameLimits {
  /// Request line, header lines and blank line together. Forty times the longest that anyone needs.
  std::size_t header_bytes = 4 * 1024;
  /// A body. A long page of text; small enough that a socket's send buffer holds a whole frame.
  std::size_t body_bytes = 64 * 1024;
};

/// The word that reports a delivery: SENT in the source's text, SEND in its table (M2).
enum class DeliveredWord { sent, send };
constexpr std::string_view to_word(DeliveredWord word) {
  return word == DeliveredWord::sent ? "SENT" : "SEND";
}

// Each appends one whole frame, exact to the byte (F1.5), to `out`. Names and phrases must hold no LF.
void append(std::string& out, const Register& message, BlockEnd end = {});
void append(std::string& out, const Send& message);
void append(std::string& out, const Received& message);
void append(std::string& out, const Registered& message, BlockEnd end = {});
void append(std::string& out, const Forward& message);
/// With the header line that says whom it is meant for (SV4), `ALL` or a name, to whoever has asked for it.
void append(std::string& out, const Forward& message, std::string_view audience);
void append(std::string& out, const Delivered& message, DeliveredWord word = DeliveredWord::sent);
void append(std::string& out, const Error& message, BlockEnd end = {});
void append(std::string& out, ErrorCode code);

/// A number as text, for what appends texts.
class Digits {
 public:
  template <std::integral Number>
  explicit Digits(Number number) : end_(std::to_chars(std::begin(digits_), std::end(digits_), number).ptr) {}
  Digits(const Digits&) = delete;
  Digits& operator=(const Digits&) = delete;
  operator std::string_view() const { return {digits_, end_}; }

 private:
  char digits_[24];
  const char* end_;
};

// The server's frames, on the stack: false, and nothing is appended, when there is no room for all of it.

/// A FORWARD without its body, for writers that hand header and body to the kernel apart; or with `body`.
template <std::size_t Capacity, typename... Body>
bool append_header(SmallText<Capacity>& out, const Forward& message, const Body&... body) {
  return out.append("FORWARD ", message.sender, "\nContent-length: ", Digits(message.body.size()), "\n\n",
                    body...);
}
template <std::size_t Capacity>
bool append(SmallText<Capacity>& out, const Forward& message) {
  return append_header(out, message, message.body);
}
template <std::size_t Capacity>
bool append(SmallText<Capacity>& out, const Delivered& message, DeliveredWord word) {
  const std::string_view blank(" ", message.recipient.empty() ? 0 : 1);
  return out.append(to_word(word), blank, message.recipient, "\n\n");
}
template <std::size_t Capacity>
bool append(SmallText<Capacity>& out, ErrorCode code) {
  return out.append("ERROR ", Digits(static_cast<int>(code)), " ", phrase(code), "\n\n");
}

/// A message in one line for people, with at most `body_bytes` of its body; everything in it made visible.
std::string describe(const Event& event, std::size_t body_bytes);

/// One whole frame as a string of its own.
template <typename Message, typename... Variant>
std::string to_frame(const Message& message, Variant... variant) {
  std::string out;
  append(out, message, variant...);
  return out;
}

}  // namespace parley::two_socket
