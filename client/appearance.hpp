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

/// The line that tells of an event, without its LF; empty for the outcome of a sign-on. Nothing in it that
/// others sent can drive the terminal (C5).
std::string describe(const ClientEvent& event, std::tm time, const Display& display);

/// The line that says why a name was refused, without its LF.
std::string describe_refusal(std::string_view name, const Refused& refused, const Display& display);

/// The line that says why there is no connection, without its LF.
std::string describe_failure(std::string_view reason, const Display& display);

/// A remark of parley's own, dimmed.
std::string remark(std::string_view text, const Display& display);

}  // namespace parley::client
