#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/two_socket_parser.hpp"

namespace parley::conform {

/// What a course's protocol says otherwise than PROTOCOL.md. As it stands: nothing. It holds for both halves:
/// for what the suite writes, and for what it takes; what the page says is taken, too.
struct Dialect {
  /// Behind the line of a REGISTER and of a REGISTERED.
  std::string register_end = "\n\n";
  /// REGISTER has one more word of digits behind the name: "REGISTER TOSEND alice 5050".
  bool number_behind_name = false;
  /// A user registers TORECV before TOSEND, and in no other order.
  bool torecv_first = false;
  /// The words that may report a delivery; the first is the one that a server is expected to write.
  std::vector<std::string> delivered_words{"SENT", "SEND"};
  /// False: nothing stands behind the report of a delivery.
  bool report_line_end = true;
  /// The answers to a SEND come on the user's TORECV socket.
  bool reports_on_torecv = false;
  /// An LF that no Content-length counts stands behind each body.
  bool body_newline = false;
  /// Who sends to it sends to everybody.
  std::string broadcast_word = "ALL";
  /// By the code of PROTOCOL.md, the one that is written instead.
  std::map<int, int> error_codes;
  /// By code, the phrases that an ERROR may have; a code that is not here may have any (M3.2).
  std::map<int, std::vector<std::string>> phrases;

  bool operator==(const Dialect&) const = default;

  int code_for(int standard) const {
    const auto found = error_codes.find(standard);
    return found == error_codes.end() ? standard : found->second;
  }
};

/// Writes in a dialect what is given to it as PROTOCOL.md has it, piece by piece. What is wrong on purpose
/// stays as it is, but for what the dialect says of its other parts. For one stream, in one thread.
class DialectWriter {
 public:
  /// `from`: who sends these bytes. The dialect must outlive it.
  DialectWriter(const Dialect& dialect, two_socket::Side from) : dialect_(&dialect), from_(from) {}

  std::string translate(std::string_view bytes);

 private:
  struct Piece;
  bool translate_message(std::string_view all, std::size_t& at, std::size_t given, std::string& out);

  const Dialect* dialect_;
  two_socket::Side from_;
  std::string begun_;  // of a message that is not complete: it was given out already
};

/// What a client has written, with what the dialect lets it write otherwise put as PROTOCOL.md has it.
std::string to_standard(std::string_view bytes, const Dialect& dialect);

/// The [dialect] of a course's TOML that makes `base` into `dialect`; only its heading when they are the
/// same.
std::string to_toml(const Dialect& dialect, const Dialect& base = {});

/// Gives one key of [dialect] the value that it has in `from`.
void copy_key(Dialect& to, const Dialect& from, std::string_view key);

/// The keys of [dialect] in which the two differ.
std::vector<std::string> differing_keys(const Dialect& dialect, const Dialect& base);

}  // namespace parley::conform
