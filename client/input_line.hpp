#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

/// What a typed line means (PROTOCOL.md, C2). Pure functions; safe from any thread.
namespace parley::client {

/// Longest message, in bytes: what servers take as a body (PROTOCOL.md, L2).
inline constexpr std::size_t max_message_bytes = 64 * 1024;
/// What stands between the words of a typed line.
inline constexpr std::string_view blanks = " \t\n";

/// "@name message". `recipient` is "ALL" when it was typed as ALL in any case. Both point into the line, or
/// to a constant.
struct Outgoing {
  std::string_view recipient;
  std::string_view text;
};

/// Any other line: nothing may be sent. `hint` says what is wrong and what the right form is.
struct Invalid {
  std::string hint;
};

using InputLine = std::variant<Outgoing, Invalid>;

/// The meaning of a line without its LF. The message is everything behind the one blank after the name.
InputLine parse_input_line(std::string_view line);

/// Why this word cannot stand as a name in a request line; empty when it can. Wider than R1: other servers
/// have names such as bob_1, and it is the server that judges.
std::string name_problem(std::string_view name);

}  // namespace parley::client
