#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "tests/conformance/report/report.hpp"

/// One case in words, 80 columns wide: for the console, and without colour for the formats that carry a text.
namespace parley::conform {

/// The escape sequences of a terminal, or nothing at all.
struct Palette {
  std::string_view good, bad, warn, faint, strong, reset;
};
inline constexpr Palette no_colour{};
inline constexpr Palette colour{"\x1b[32m", "\x1b[1;31m", "\x1b[33m", "\x1b[2m", "\x1b[1m", "\x1b[0m"};

/// Of one event, how many bytes are shown escaped, and how many as hex below it when it is not text.
inline constexpr std::size_t console_bytes_shown = 384;
inline constexpr std::size_t console_hex_bytes_shown = 128;

enum class Detail { explanation, explanation_and_transcript };

/// Clause, expected, came, bytes with a caret, hint, transcript, and how to repeat it. Lines end with LF;
/// what is not known is left out. `program` is the other end of the transcript's arrows: "server" or
/// "client".
void write_case(std::ostream& out, const Result& result, std::string_view program, Detail detail,
                const Palette& palette = no_colour);

/// The same as a string without colour.
std::string case_text(const Result& result, std::string_view program, Detail detail);

/// Only the transcript.
void write_transcript(std::ostream& out, const Transcript& transcript, std::string_view program,
                      const Palette& palette = no_colour);

/// Words filled into lines of at most `columns`; a longer word is cut. All lines but the first are indented.
std::string filled(std::string_view text, std::size_t columns, std::size_t indent);

}  // namespace parley::conform
