#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.hpp"
#include "protocol/two_socket_parser.hpp"
#include "tests/conformance/bench/exchanges.hpp"
#include "tests/conformance/bench/expected.hpp"
#include "tests/conformance/bench/grace.hpp"
#include "tests/conformance/bench/settings.hpp"
#include "tests/conformance/model/verdict.hpp"

namespace parley::conform {

/// For a program that works while it is given time to read what came.
inline constexpr std::chrono::milliseconds longest_pause{30};

/// Ends a case as failed.
struct CaseFailed {
  Failure failure;
  /// When that came which must not come; nothing: what must come did not.
  std::optional<std::chrono::steady_clock::time_point> came_at{};
};

/// Ends a case that can show nothing here.
struct CaseUntried {
  std::string blocked_by;  ///< the case whose failure is the reason; may be empty
  std::string reason;      ///< a sentence; may be empty where the case says enough
};

/// Ends a case that is about something that a program need not have, and this one has not.
struct CaseNotOffered {
  std::string reason;  ///< a sentence
};

/// What a wait for a message ended with, when it was no message.
struct WaitEnd {
  enum class Kind { garbage, clean_end, end_inside_frame, reset, silence };
  Kind kind;
  std::string bytes;           ///< of the message that had begun
  std::size_t garbage_at = 0;  ///< the first of them that can not belong there
  std::chrono::milliseconds waited{0};

  /// In words, as a sentence part.
  std::string describe() const;
};

/// A message as it came.
struct Frame {
  two_socket::Event event;      ///< its string_views live until the link's next wait
  std::string bytes;            ///< without blank lines around it
  std::size_t pieces = 1;       ///< how many reads it took
  bool lacks_line_end = false;  ///< a report behind which nothing has come, not even the end of its line
};

/// One socket between the suite and the program under test. Notes every byte in the transcript, bounds every
/// wait, and ends the case (CaseFailed) when what must come does not. Belongs to one thread.
class Link {
 public:
  /// Takes over a connected socket. `peer`: who is at the other end. `grace` and `exchanges`, which may be
  /// null: of all links to one server.
  Link(FileDescriptor socket, std::string label, two_socket::Side peer, Transcript& transcript,
       const Settings& settings, Grace* grace = nullptr, Exchanges* exchanges = nullptr);
  Link(Link&&) = default;

  const std::string& label() const { return label_; }

  /// Before a wait ends in silence: true when something was done that may end the silence.
  void when_silent(std::function<bool()> act) { when_silent_ = std::move(act); }

  /// Writes it in one piece, in the dialect of the settings, as all that is written but by send_as_it_is().
  /// The other end may be gone: that shows in what is waited for next.
  void send(std::string_view bytes);
  void send_as_it_is(std::string_view bytes);

  /// What send() would write.
  std::string in_dialect(std::string_view bytes) { return writer_.translate(bytes); }

  /// Writes it in pieces, cut after `cuts` (ascending offsets), each in a segment of its own.
  void send_in_pieces(std::string_view bytes, const std::vector<std::size_t>& cuts);
  void send_byte_by_byte(std::string_view bytes);

  /// The next message, or what the wait ended with. Garbage is told as soon as it comes.
  std::variant<Frame, WaitEnd> receive(std::chrono::milliseconds timeout);
  std::variant<Frame, WaitEnd> receive() { return receive(settings_->timeout); }

  /// This message comes next; returns it. The case is untried (CaseUntried) when that is a report of which
  /// the server is known to give none.
  Frame expect(const Expected& expected) { return expect(expected, settings_->timeout); }
  Frame expect(const Expected& expected, std::chrono::milliseconds timeout);

  /// Exactly these bytes come next, or those that the dialect has instead.
  void expect_bytes(std::string_view bytes, std::string_view or_these = {});

  /// What has come and is not understood, up to the end of its line; waits for that end, within this time.
  std::string begun_line(std::chrono::milliseconds time);

  /// The LF of an empty line comes next, or is here already.
  void expect_line_end(const std::string& expected);

  /// The stream ends next, without a reset.
  void expect_end();

  /// The connection ends next, in whatever way.
  void expect_gone();

  /// Nothing has come. Only after a fence: an exchange that the server can have answered only behind what
  /// must not be here; it may finish what it does. `expected` is the sentence part for a failure.
  void expect_nothing(const std::string& expected);

  /// The same, for blanks and line ends too.
  void expect_no_bytes(const std::string& expected);

  /// Something is here already, or the end.
  bool has_input() { return wait_for_input(std::chrono::milliseconds{0}); }
  /// Something comes, or the end, in that time.
  bool wait_for_input(std::chrono::milliseconds time);

  // When the case is over, and what happens is not noted any more.
  void end_sending();
  /// What still comes means nothing; waits for the end.
  void wait_for_end(Patience& patience);

  /// The end of what is sent; receiving goes on.
  void half_close();
  void close();
  /// Closes with a reset.
  void abort();

  /// Ends the case: `came` instead of `expected`.
  [[noreturn]] void fail(const std::string& expected, const WaitEnd& came) const;
  [[noreturn]] void fail(const std::string& expected, const Frame& came) const;

 private:
  void pause() const;
  enum class Input { bytes, end, reset, silence };
  Input read_some(Patience& patience);
  std::optional<std::size_t> garbage_at() const;
  bool is_report_without_end() const;
  bool nothing_follows(Patience& patience);
  void prepare_to_send(std::string_view bytes) const;
  std::string_view reported_to(std::string_view recipient) const;
  two_socket::Event understood_event();
  two_socket::Event next_event();

  FileDescriptor socket_;
  std::string label_;
  two_socket::Side peer_;
  Transcript* transcript_;
  const Settings* settings_;
  Grace* grace_;
  Exchanges* exchanges_;
  std::size_t lane_;
  two_socket::Parser parser_;
  DialectWriter writer_;
  std::size_t pieces_ = 0;                                // reads since the last message
  std::chrono::steady_clock::time_point last_arrival_{};  // of bytes, or the end
  std::string unparsed_;  // what the parser was given and has not made a message of
  std::function<bool()> when_silent_;
};

}  // namespace parley::conform
