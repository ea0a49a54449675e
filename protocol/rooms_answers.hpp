#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/rooms_request.hpp"

/// What the server writes in the JSON rooms (PROTOCOL.md, RM4): each an object without a line end, whatever
/// carries it. Pure functions; safe from any thread.
namespace parley::rooms {

std::string connect_ack();
std::string exit_ack();

/// A sentence of at most 160 bytes, which every client of the family shows.
std::string notification(std::string_view sentence);

/// As a notification, but a program can tell what was wrong.
std::string error(Mistake mistake, std::string_view sentence);

/// A line of chat. `text` may be any bytes; what is not UTF-8 becomes U+FFFD.
struct ChatLine {
  std::string_view sender;  ///< at most 32 bytes
  std::string_view room;    ///< at most 64 bytes
  std::string_view text;
  bool is_private = false;
};

/// Into so many objects a text may be cut: three seconds of pauses. The longest one needs 88, but escapes
/// make six bytes of one.
inline constexpr std::size_t max_pieces = 100;

/// The line in as many objects as it needs, none longer than that, cut between code points; a private one is
/// marked in each. What is beyond `max_pieces` is left out, and a notification says so.
std::vector<std::string> messages(const ChatLine& line, std::size_t max_object_bytes);

// On a stream of bytes of its own: one object and LF, each by a write of its own.

/// The family's clients read this much and take it for one object.
inline constexpr std::size_t max_line_bytes = 1024;

inline std::string to_line(std::string object) {
  return object += '\n';
}

/// A notification as such a line.
inline std::string to_sentence(std::string_view sentence) {
  return to_line(notification(sentence));
}

}  // namespace parley::rooms
