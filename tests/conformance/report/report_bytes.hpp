#pragma once

#include <string>
#include <string_view>

#include "tests/conformance/model/transcript.hpp"

/// How the bytes of the wire look in a report. Pure functions; safe from any thread.
namespace parley::conform {

/// Every byte by itself, so that bytes can be counted: printable ASCII as it is, all others as \n, \xNN
/// (PROTOCOL.md writes "caf\xc3\xa9" likewise), a backslash as two. Reversible.
std::string escaped(std::string_view bytes);

/// The first `limit` bytes escaped, then " ... n bytes more" when there are more.
std::string escaped(std::string_view bytes, std::size_t limit);

/// "53 45 4e", likewise limited.
std::string hex(std::string_view bytes, std::size_t limit = std::string_view::npos);

/// Whether the escaped form says it all: printable ASCII, tabs and line ends only.
bool is_text(std::string_view bytes);

/// A part of some bytes on one line, and what to put below it to point at one of them.
struct Pointed {
  std::string line;   ///< escaped; begins or ends with "..." where it was cut
  std::string caret;  ///< blanks, then "^"
  std::string where;  ///< "here, after 7 of 22 bytes"
};

/// `at` may be past the end: then the caret is behind the last byte. The line has about `columns` columns,
/// the caret near its middle when there is more before it.
Pointed point_at(std::string_view bytes, std::size_t at, std::size_t columns);

/// "22 bytes", "1 byte"
std::string byte_count(std::size_t bytes);

/// For programs: "opened", "sent", "received", "ended", "reset", "closed", "note".
std::string_view happening_word(Happening happening);

/// For people: "end of stream", "connection reset"; for those that carry bytes the direction, "->" or "<-".
std::string_view happening_text(Happening happening);

/// Which of `count` events to show when at most `limit` may be: [0, first) and [second, count).
struct ShownEvents {
  std::size_t first, second;
};
ShownEvents events_to_show(std::size_t count, std::size_t limit);

/// The name of a lane; never throws, whatever the number.
std::string lane_name(const Transcript& transcript, std::size_t lane);

}  // namespace parley::conform
