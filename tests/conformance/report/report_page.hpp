#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "tests/conformance/model/transcript.hpp"

/// What the suite's pages have in common. Pure functions; safe from any thread.
namespace parley::conform {

/// As `marked_lane`: none.
inline constexpr std::size_t no_lane = static_cast<std::size_t>(-1);

/// Up to <main>, which has this class; `style` is added to report.css. The page can fetch nothing.
void write_page_begin(std::ostream& out, const std::string& title, std::string_view style = {},
                      std::string_view css_class = "page");

/// From </main> on.
void write_page_end(std::ostream& out, std::string_view script);

/// The diagram of a transcript, and every byte of it in a list that is folded; both are about the events that
/// people are shown. `anchor` begins the ids of the events.
void write_exchange(std::ostream& out, const Transcript& transcript, std::string_view program,
                    const std::string& anchor, std::size_t marked_lane);

}  // namespace parley::conform
