#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "tests/conformance/transcript.hpp"

namespace parley::conform {

/// How many lanes a sequence diagram draws: the first ones, and always `marked_lane`.
inline constexpr std::size_t lanes_drawn = 8;

/// The transcript as an inline SVG: a lifeline per lane and one for the program under test between them, time
/// downwards, an arrow per event. Event i is a link to `#<anchor>:<i>`, where the page has its bytes. Lanes
/// and events beyond lanes_drawn and events_shown are left out and counted below the drawing. `marked_lane`:
/// the one a failure is about, or none when it is no lane of the transcript. Pure function; safe from any
/// thread.
void write_diagram(std::ostream& out, const Transcript& transcript, std::string_view program,
                   const std::string& anchor, std::size_t marked_lane);

}  // namespace parley::conform
