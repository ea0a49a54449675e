#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/rooms_features.hpp"
#include "protocol/rooms_request.hpp"
#include "protocol/service.hpp"

/// What the server writes in the JSON rooms (PROTOCOL.md, RM4, RM7 to RM10): each an object without a line
/// end, whatever carries it. Pure functions; safe from any thread.
namespace parley::rooms {

std::string connect_ack();
/// For a client that has asked for features: who and where it is, and those that are on.
std::string connect_ack(std::string_view name, std::string_view room, const Features& features);
std::string exit_ack();

/// A sentence of at most 160 bytes, which every client of the family shows.
std::string notification(std::string_view sentence);

/// As a notification, but a program can tell what was wrong, and with which message. `id`: empty when it had
/// none.
std::string error(Mistake mistake, std::string_view sentence, std::string_view id);

/// A line of chat. `text` may be any bytes; what is not UTF-8 becomes U+FFFD.
struct ChatLine {
  std::string_view sender;  ///< at most 32 bytes
  std::string_view room;    ///< at most 64 bytes
  std::string_view text;
  bool is_private = false;
  bool has_private_member = false;  ///< a private one is marked by a member, not by a word before its text
  std::string_view id = {};         ///< that its sender, to whom it comes back, gave to it; empty: none
};

/// Into so many objects a text may be cut: three seconds of pauses. The longest one needs 88, but escapes
/// make six bytes of one.
inline constexpr std::size_t max_pieces = 100;

/// The line in as many objects as it needs, none longer than that, cut between code points; a private one is
/// marked in each. What is beyond `max_pieces` is left out, and a notification says so.
std::vector<std::string> messages(const ChatLine& line, std::size_t max_object_bytes);

/// Somebody has come into the room, or gone from it.
std::string arrived(std::string_view name, std::string_view dialect, std::string_view room);
std::string left(std::string_view name, std::string_view room);

/// What became of a message.
enum class Delivery {
  delivered,  ///< each recipient has it
  failed,     ///< at least one has not
  nobody      ///< nobody was there to have it
};
std::string delivery(std::string_view id, Delivery result, std::size_t recipients);

/// Those users in as many objects as they need, none longer than that. Once they take `max_list_bytes` the
/// others are only counted.
std::vector<std::string> who(std::span<const service::Presence> users, std::size_t max_object_bytes,
                             std::size_t max_list_bytes);

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
