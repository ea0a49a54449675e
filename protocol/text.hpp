#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What other people's bytes look like on a screen or in a log (PROTOCOL.md, C5).
/// Pure functions; safe from any thread.
namespace parley {

/// U+FFFD, which stands for bytes that are no characters.
inline constexpr std::string_view replacement_character = "\xef\xbf\xbd";

/// What becomes of a backslash that is in the text itself.
enum class Backslash {
  keep,    ///< for reading: C:\dir stays as typed
  double_  ///< for scripts: \\ so that the escapes can be undone without guessing
};

/// The text with everything that could drive a terminal or forge a line made visible: control bytes
/// (C0, DEL, C1) and bytes that are not UTF-8 become \n, \t, \r or \xNN; code points that reorder or break
/// lines (bidirectional controls, U+2028, U+2029) become \u{NNNN}. Everything else is kept as it is.
std::string visible(std::string_view text, Backslash backslash = Backslash::keep);

/// visible() of the first `max_bytes` of the text, and "..." behind it when it has more: for a log line.
std::string visible_beginning(std::string_view text, std::size_t max_bytes);

/// True when the text is UTF-8 and visible() would change nothing in it but backslashes.
bool is_printable(std::string_view text);

bool is_utf8(std::string_view text);

/// The text with every byte that is not UTF-8 replaced by the replacement_character.
std::string to_utf8(std::string_view text);

/// Two small hexadecimal digits.
void append_hex(std::string& out, unsigned char byte);

/// The text in one line: each CR LF, CR or LF becomes a space. Every other byte is kept.
std::string to_one_line(std::string_view text);

/// The length of the longest beginning of the text that is at most `max_bytes` long and cuts no UTF-8
/// sequence. At least one sequence, or one byte that is none, so that a loop over the pieces ends. `text`
/// must not be empty.
std::size_t piece_length(std::string_view text, std::size_t max_bytes);

/// The length in bytes of the UTF-8 sequence that starts at `text[0]`; 0 when there is none (overlong forms,
/// surrogates and truncated sequences included). `text` must not be empty.
std::size_t utf8_sequence_length(std::string_view text);

}  // namespace parley
