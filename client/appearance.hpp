#pragma once

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
  bool bright = true;  ///< more than the eight colours that all have
};

/// The SGR parameter of the colour that a name has always and everywhere, in any case of its letters.
std::string_view color_of(std::string_view name);

/// The name, harmless and in its colour.
std::string styled_name(std::string_view name, const Display& display);

/// The line that tells of a message, a loss, or what is strange, without its LF; empty for other events.
/// Nothing in it that others sent can drive the terminal (C5).
std::string describe(const ClientEvent& event, std::time_t time, const Display& display);

/// A line of the user's own.
std::string describe_own(std::string_view recipient, std::string_view text, std::time_t time,
                         const Display& display);

/// What became of an own line, to stand behind it.
std::string describe_mark(const Outcome& outcome, const Display& display);

/// The same as a line, which quotes the own one where that is known. The quote must be harmless.
std::string describe_mark(const Outcome& outcome, std::string_view quote, std::time_t time,
                          const Display& display);

/// The line that says why a name was refused, without its LF.
std::string describe_refusal(std::string_view name, const Refused& refused, const Display& display);

/// The line that says why there is no connection, without its LF.
std::string describe_failure(std::string_view reason, const Display& display);

/// A remark of parley's own, dimmed.
std::string remark(std::string_view text, const Display& display);

}  // namespace parley::client
