#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "client/client.hpp"

/// The lines that parley prints in a pipe; CHATTING.md documents them. Each is whole, with its LF. Pure
/// functions; safe from any thread.
namespace parley::client {

/// A name as one word: blanks escaped, "-" when it is empty.
std::string to_word(std::string_view name);

/// "registered NAME"
std::string registered_line(std::string_view name);

/// "refused NAME CODE PHRASE"
std::string refused_line(std::string_view name, const Refused& refused);

/// "invalid NUMBER HINT", the number of the input line counted from 1
std::string invalid_line(std::size_t number, std::string_view hint);

/// "message SENDER TEXT"; "sent RECIPIENT"; "failed RECIPIENT CODE PHRASE"; the last two with "late-" in
/// front when the message had been given up; "strange TEXT"; "lost REASON"; registered_line(). Nothing for
/// Waiting and Connecting: a script has its own patience; Refused is refused_line()'s, which has the name
std::string event_line(const ClientEvent& event);

}  // namespace parley::client
