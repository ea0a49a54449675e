#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "tests/conformance/model/transcript.hpp"

namespace parley::conform {

/// How many lanes a sequence diagram draws: the first ones that count, and always `marked_lane`.
inline constexpr std::size_t lanes_drawn = 8;

/// The transcript as two inline SVGs, of which the style shows the one that fits the screen: a lifeline per
/// lane and one for the program under test between them, time downwards, an arrow per event; on a phone the
/// lanes are numbers, and the bytes stand beside them. Event i is a link to `#<anchor>:<i>`, where the page
/// has its bytes. Lanes on which nothing was carried are not drawn, nor, where there are many, those that
/// were only registered; what else goes beyond lanes_drawn and events_shown is left out, and counted below
/// the drawing. `marked_lane`: the one a failure is about, or none when it is no lane of the transcript. Pure
/// function; safe from any thread.
void write_diagram(std::ostream& out, const Transcript& transcript, std::string_view program,
                   const std::string& anchor, std::size_t marked_lane);

}  // namespace parley::conform
