#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "protocol/input_buffer.hpp"
#include "protocol/two_socket.hpp"

namespace parley::two_socket {

/// Whose bytes a parser reads: the two sides have different requests, and SEND means two things (M2).
enum class Side { client, server };

/// An incremental parser of one socket's incoming bytes (PROTOCOL.md, section F). Give it bytes, then ask for
/// events until it needs more. The events are the same however the bytes were cut, in linear time.
/// Belongs to one thread.
class Parser {
 public:
  /// `from`: the side that sends these bytes.
  explicit Parser(Side from, FrameLimits limits = {});

  /// Room for at least one byte, to read into. Ends the life of the last event's string_views.
  std::span<char> prepare() {
    pass_event();
    return buffer_.prepare(InputBuffer::least_read_bytes, search_.header_end == 0 ? 0 : bytes_to_come());
  }

  /// The first `count` bytes of what prepare() returned hold input now.
  void commit(std::size_t count) { buffer_.commit(count); }

  /// prepare() and commit() for bytes that are already somewhere, any number of them.
  void feed(std::string_view bytes);

  const InputBuffer& input() const { return buffer_; }

  /// The next event in the bytes given so far, NeedMore when there is none. Its string_views live until the
  /// next call of next(), pass_event(), prepare() or feed(). After a Violation that is not recoverable every
  /// call returns it.
  Event next();

  /// The last event is done with: its string_views end here, not at the next call, and pending() is what has
  /// come behind it and its empty line.
  void pass_event() {
    if (event_bytes_ == 0) return;
    if (!may_be_plain_) return end_event();
    // It was a plain frame, in which nothing was searched.
    buffer_.consume(event_bytes_ + empty_line_bytes_);
    event_bytes_ = empty_line_bytes_ = 0;
  }

  /// After next() returned an event and before pass_event(): how many bytes it was, from its first word on. A
  /// blank line that ended it may follow (F1.3).
  std::size_t event_bytes() const { return event_bytes_; }

  /// After next() returned a Register, until it is called again: how the empty line behind that one ends,
  /// nothing while that has not come, and an empty text when what came is no empty line. Behind pass_event()
  /// only when nothing had come before it.
  std::optional<std::string_view> empty_line_end() const;

  /// A SEND of this stream had an LF right behind its body, which its length did not count (F1.7).
  bool has_newline_behind_body() const { return has_newline_behind_body_; }

  /// After next() returned NeedMore: when all that came is SENT or SEND, alone or with this whole name, takes
  /// it for a report (M2.5). What still comes of its line is passed over then, unless a message begins there.
  std::optional<Delivered> take_unended_report(std::string_view recipient);

  /// After next() returned NeedMore: a frame has begun and is not complete. Blank lines begin nothing (F1.4).
  bool in_frame() const { return !pending().empty() || skipped_body_bytes_ > 0; }

  /// What has come of the frame that is not complete.
  std::string_view pending() const { return buffer_.pending(); }

  /// How many bytes of blank lines, and of blanks before a line, were passed over since the last call.
  std::size_t take_blank_bytes() { return std::exchange(blank_bytes_, 0); }

 private:
  struct Method;

  /// What the header lines of one block say about its body.
  class ContentLength {
   public:
    inline void add_line(std::string_view line, std::size_t limit);

    /// The first fault, or nullptr: told at the block's end.
    const Violation* violation() const { return violation_; }
    std::size_t bytes() const { return violation_ == nullptr ? bytes_ : 0; }
    /// Of a body that is over the limit: how many bytes it has, when they can be counted.
    std::size_t bytes_over_limit() const;

    static const Violation missing;

   private:
    inline const Violation* add_value(std::string_view value, bool is_first, std::size_t limit);

    std::size_t bytes_ = 0;
    const Violation* violation_ = &missing;
  };

  void end_event();
  std::size_t bytes_to_come() const;
  /// Of what is pending, up to a place in it.
  std::size_t bytes_up_to(const char* place) const {
    return static_cast<std::size_t>(place - pending().data());
  }
  inline void note_body_end();
  void look_behind_body(std::string_view bytes);
  bool skip_rest_of_report();
  std::optional<Event> skip_trailer();
  std::optional<Event> end_trailer(bool has_empty_line);
  void skip_body();
  void skip_blanks(std::size_t count);
  std::string_view request_line() const { return pending().substr(0, search_.request_line_bytes); }
  // What next() consists of: defined beside it.
  Event next_in_any_form();
  inline const Method* find_request_line();
  inline bool find_block_end();
  inline Event finish_block_frame(const Method& method);
  Event finish_line_frame(const Method& method);
  Event oversized_header();

  const Side from_;
  const FrameLimits limits_;

  InputBuffer buffer_;
  std::size_t event_bytes_ = 0;       // of the last event, until it is passed
  std::size_t empty_line_bytes_ = 0;  // behind it, if it was a plain one
  // Of a client's frame nothing has been looked at yet, and nothing before it is left to be passed over; or
  // it was a plain one, and has not been passed.
  bool may_be_plain_;

  // Where the search in the pending frame stands; offsets into pending(). Reset at each frame's end.
  struct Search {
    std::size_t scanned = 0;             // no LF before here that has not been looked at
    std::size_t line_begin = 0;          // where the line under the search begins
    const Method* method = nullptr;      // known once the request line is complete
    std::size_t request_line_bytes = 0;  // without the blanks at its end
    std::size_t header_begin = 0;        // behind its LF
    ContentLength content_length;
    std::size_t header_end = 0;  // 0 until the blank line was found
  } search_;

  // What may follow a message that was complete at its first LF: header lines, up to a blank one.
  struct Trailer {
    std::size_t bytes = 0;    // of the whole block so far; 0 when none is expected
    std::size_t scanned = 0;  // no LF before here in pending()
    ContentLength content_length;
  } trailer_;

  // What may follow a report that was taken before its line had ended.
  enum class RestOfReport : std::uint8_t { none, undecided, line } rest_of_report_ = RestOfReport::none;

  std::size_t blank_bytes_ = 0;         // passed over and not told yet
  std::size_t skipped_body_bytes_ = 0;  // still to come of a body that nobody wants
  bool is_behind_body_ = false;         // of a SEND: the next byte tells
  bool has_newline_behind_body_ = false;
  bool stopped_ = false;  // by an oversized header block
};

}  // namespace parley::two_socket
