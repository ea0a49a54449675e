#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// User names: which are well formed, and when two are the same (PROTOCOL.md, R1 and OD1).
/// Pure functions; safe from any thread.
namespace parley {

/// Longest user name, in bytes: fits a prompt, a log line and the narrowest dialect's frame.
inline constexpr std::size_t max_name_bytes = 32;

/// The recipient that means everyone but the sender (D4).
inline constexpr std::string_view broadcast_name = "ALL";

/// True for 1 to 32 of A-Z a-z 0-9, "ALL" in any case excepted: what the two-socket protocol registers (R1).
bool is_valid_name(std::string_view name);

/// True for one word of 1 to 32 bytes of UTF-8 that shows as it is: what the other dialects sign on (OD1).
bool is_printable_name(std::string_view name);

/// Longest room name, in bytes: a line of a terminal shows it beside what happened there.
inline constexpr std::size_t max_room_name_bytes = 64;

/// True for 1 to 64 bytes of UTF-8 that show as they are, without blanks at either end (OD2).
bool is_room_name(std::string_view name);

/// True for ALL, BROADCAST and SERVER in any case: each means something else in some dialect (OD1).
bool is_reserved_name(std::string_view name);

/// True for ALL in any case: real clients also send "all" (D4).
bool is_broadcast_name(std::string_view name);

/// ASCII letters lowered, every other byte kept: two names are the same user when these are equal (R1).
std::string fold_case(std::string_view name);

/// True when the two differ at most in the case of ASCII letters.
bool equal_ignoring_case(std::string_view left, std::string_view right);

}  // namespace parley
