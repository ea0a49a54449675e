#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "protocol/words.hpp"

/// The names of users and rooms: which may be had, and when two are the same (PROTOCOL.md, R1, OD1 and OD2).
/// Pure functions; safe from any thread.
namespace parley {

/// Longest user name, in bytes: fits a prompt, a log line and the narrowest dialect's frame.
inline constexpr std::size_t max_name_bytes = 32;

/// Longest room name, in bytes: a line of a terminal shows it beside what happened there.
inline constexpr std::size_t max_room_name_bytes = 64;

/// The recipient that means everyone but the sender (D4).
inline constexpr std::string_view broadcast_name = "ALL";

/// Why nobody can have a name. The first fault counts.
enum class NameFault {
  none,
  empty,
  too_long,
  not_utf8,      ///< also U+FFFD, which stands for a byte that somebody else could not read
  control,       ///< C0, DEL, C1
  blank,         ///< whatever Unicode calls a space or a separator
  invisible,     ///< shows as nothing: format characters, default-ignorables, fillers
  undefined,     ///< no character of Unicode's: unassigned, private, noncharacter
  leading_mark,  ///< begins with a combining mark, which would change what stands before the name
  leading_sign,  ///< begins with one of [ + - @ / *, which begin notices, marks and commands
  holds_mark,    ///< holds > or :, which stand behind a name where a line is shown
  reserved       ///< ALL, BROADCAST or SERVER, or what looks like one of them
};

/// Whether a user may have the name (OD1.2, OD1.3), the same in every dialect: the bytes as they came.
NameFault check_name(std::string_view name);

/// Whether a room may (OD2.2). Single spaces may stand inside; signs, marks and reserved words mean nothing
/// here.
NameFault check_room_name(std::string_view name);

/// What to tell who asked for such a name: an ASCII sentence of at most 70 bytes with its full stop; empty
/// for none.
std::string_view name_sentence(NameFault fault);
std::string_view room_name_sentence(NameFault fault);

/// What to tell who asked for a name while nobody can say whether a user of another server of the cluster has
/// it (OD11.2).
inline constexpr std::string_view names_unchecked = "Names cannot be checked now; try again soon";

/// True for 1 to 32 of A-Z a-z 0-9 that are no reserved word: what the two-socket protocol registers (R1).
bool is_valid_name(std::string_view name);

/// Two names are the same user's, or the same room's, when these are equal (OD1.1): letters lowered, and one
/// spelling for what Unicode takes for the same characters. What nobody can be called, since it is too long
/// or not UTF-8, has only its ASCII letters lowered.
std::string fold_case(std::string_view name);

/// True when fold_case() makes the two the same.
bool is_same_name(std::string_view left, std::string_view right);

/// True when the two differ at most in the case of ASCII letters: for words of a protocol.
bool equal_ignoring_case(std::string_view left, std::string_view right);

/// True for ALL in any case: real clients also send "all" (D4). Inline, since each SEND asks.
constexpr bool is_broadcast_name(std::string_view name) {
  return std::ranges::equal(name, std::string_view("all"), {}, to_lower);
}
static_assert(is_broadcast_name(broadcast_name));

}  // namespace parley
