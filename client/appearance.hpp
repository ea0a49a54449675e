#pragma once

#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>

#include "client/client.hpp"

/// How things look at a terminal. Pure functions of what they are given; safe from any thread.
namespace parley::client {

/// What the terminal can show.
struct Display {
  bool color = true;
  bool utf8 = true;
};

/// The SGR parameter of the colour that a name has always and everywhere, in any case of its letters.
std::string_view color_of(std::string_view name);

/// The name, harmless and in its colour.
std::string styled_name(std::string_view name, const Display& display);

/// The line that tells of an event, without its LF; empty for the outcome of a sign-on. Nothing in it that
/// others sent can drive the terminal (C5).
std::string describe(const ClientEvent& event, std::tm time, const Display& display);

/// The line that says why a name was refused, without its LF.
std::string describe_refusal(std::string_view name, const Refused& refused, const Display& display);

/// The line that says why there is no connection, without its LF.
std::string describe_failure(std::string_view reason, const Display& display);

/// A remark of parley's own, dimmed.
std::string remark(std::string_view text, const Display& display);

/// Where the cursor stands, counted from the row in which the prompt begins.
struct Position {
  std::size_t row = 0;
  std::size_t column = 0;
  bool operator==(const Position&) const = default;
};

/// Where libedit leaves the cursor behind a prompt and a text in a terminal of that many columns: a full row
/// ends in the next one, a wide character that does not fit goes there whole, what is not printable takes the
/// room of its escape. `next` is the character behind the cursor, 0 at the end: the cursor goes to the next
/// row with a wide one. Needs the locale's LC_CTYPE.
Position position_after(std::size_t prompt_columns, std::wstring_view text, std::size_t columns,
                        wchar_t next = 0);

/// The columns that a text takes in one row, as position_after() counts them.
std::size_t column_count(std::wstring_view text);

}  // namespace parley::client
