#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Telling a client that it has come to the wrong port (PROTOCOL.md, OD9).
namespace parley {

/// What a connection's first bytes pass before the port's own parser sees them. It finds out whether they are
/// the greeting of another protocol's client: another dialect's, or HTTP, TLS, SSH, SMTP, redis, a PROXY
/// header and others of gate.cpp's table. Its verdict and what goes on to the parser are the same however the
/// bytes were cut; but in rooms, where a number may be a message, a names client is known only when more than
/// its first digits has come at once. The verdict comes with the byte that makes a greeting certain or
/// impossible, at the latest with the first line's end or after `most_undecided_bytes`.
///
/// What cannot begin a greeting goes on at once; so do the line ends before the first line where the dialect
/// skips or answers them, although they may begin a PROXY header. The rest is held back until the verdict.
/// Belongs to the session's thread. Allocates only when it holds something back.
///
/// A session has one until the verdict, and does with what it read (`parser` has the bytes, uncommitted):
///
///     parser.commit(gate.feed(bytes));                         // these first: a few, all, or none
///     act on the parser's events;
///     while (const auto piece = gate.take()) {                 // what was held, when it is the port's own
///       parser.feed(*piece);
///       act on the parser's events;
///     }
///     if (gate.verdict() == Gate::Verdict::foreign) say gate.sentence(), and end the connection;
///     if (gate.verdict() != Gate::Verdict::undecided) the gate is done with: what comes is the parser's
///     alone.
///
/// When the stream ends, or the session does not want to wait any longer (a client of raw text that has said
/// GET), release() makes what is held the port's own. Until then the sign-on time bounds how long it is held.
class Gate {
 public:
  enum class Verdict {
    undecided,
    own,     ///< no foreign greeting
    foreign  ///< one; none of what was held is ever handed out
  };

  /// What is undecided is never longer: no greeting is, but an HTTP request line, which is known by then.
  static constexpr std::size_t most_undecided_bytes = 4 * 1024;

  /// `port_dialect`: its name in the table of dialects, such as "telnet".
  explicit Gate(std::string_view port_dialect);

  /// Looks at bytes that were read. Returns how many of them, from the first on, may go to the parser from
  /// where they are; the others were copied, or are foreign. None is returned while take() has something
  /// older.
  std::size_t feed(std::string_view piece);

  /// The next piece that was held and may go to the parser, in the order in which they came. Where each piece
  /// of raw text is a message they are as they were fed. Lives until the next call.
  std::optional<std::string_view> take();

  /// No more than has come is waited for.
  void release();

  /// Something is held back.
  bool is_holding() const { return verdict_ == Verdict::undecided && !held_.empty(); }

  Verdict verdict() const { return verdict_; }

  /// After Verdict::foreign: what the client is told, of at most 99 bytes and without a line's end. "This
  /// port is for telnet clients; yours speaks TLS."
  std::string sentence() const;

 private:
  /// How far a greeting of the table agrees with what has come.
  struct Place {
    std::uint8_t row = 0;
    std::uint8_t element = 0;  // of its pattern
    std::uint8_t count = 0;    // of the characters that a class of the pattern has taken
  };
  static constexpr std::size_t most_greetings = 48;

  void look_at(char byte);
  bool advance(Place& place, char byte) const;
  static bool is_complete(const Place& place);
  bool is_number_as_message(std::string_view piece) const;
  void decide_at_bound();
  void decide(std::string_view client);
  void hold(std::string_view bytes);

  const std::string_view port_;
  Verdict verdict_ = Verdict::undecided;
  std::string_view client_;                     // whose greeting it is
  std::array<Place, most_greetings> places_{};  // of the greetings that it may still be
  std::size_t place_count_ = 0;
  std::size_t seen_bytes_ = 0;
  bool line_has_begun_ = false;

  std::string held_;
  std::vector<std::uint32_t> piece_bytes_;  // of held_, in order
  std::size_t taken_bytes_ = 0;
  std::size_t taken_pieces_ = 0;
};

}  // namespace parley
