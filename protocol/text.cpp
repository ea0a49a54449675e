#include "protocol/text.hpp"

#include <algorithm>
#include <cstdint>

namespace parley {
namespace {

void append_hex_escape(std::string& out, unsigned char byte) {
  out += "\\x";
  append_hex(out, byte);
}

void append_code_point_escape(std::string& out, std::uint32_t code_point) {
  out += "\\u{";
  append_hex(out, static_cast<unsigned char>(code_point >> 8U));
  append_hex(out, static_cast<unsigned char>(code_point & 0xFFU));
  out += '}';
}

std::uint32_t decode(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return first;
  std::uint32_t code_point = first & (0x7FU >> sequence.size());
  for (const char c : sequence.substr(1))
    code_point = code_point << 6U | (static_cast<unsigned char>(c) & 0x3FU);
  return code_point;
}

// Unicode's explicit directional formatting characters (UAX #9) and its two line separators.
bool reorders_or_breaks_lines(std::uint32_t c) {
  return c == 0x200E || c == 0x200F || c == 0x061C || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

bool is_control(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

void append_control(std::string& out, std::string_view sequence) {
  switch (sequence[0]) {
    case '\n':
      out += "\\n";
      break;
    case '\t':
      out += "\\t";
      break;
    case '\r':
      out += "\\r";
      break;
    default:
      for (const char c : sequence) append_hex_escape(out, static_cast<unsigned char>(c));
  }
}

}  // namespace

std::size_t utf8_sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                             : (first & 0xF0U) == 0xE0        ? 3
                             : first >= 0xF0 && first <= 0xF4 ? 4
                                                              : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  // Overlong three- and four-byte forms, surrogates, and code points beyond U+10FFFF (RFC 3629, 4).
  const unsigned char second = byte(1);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
      (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F))
    return 0;
  return length;
}

void append_hex(std::string& out, unsigned char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += digits[byte >> 4U];
  out += digits[byte & 0xFU];
}

bool is_printable(std::string_view text) {
  return visible(text) == text;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    out += length == 0 ? replacement_character : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string to_one_line(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    line += text[i] == '\r' || text[i] == '\n' ? ' ' : text[i];
  }
  return line;
}

std::size_t piece_length(std::string_view text, std::size_t max_bytes) {
  std::size_t length = 0;
  for (;;) {
    const std::size_t next = length + std::max<std::size_t>(utf8_sequence_length(text.substr(length)), 1);
    if (next > max_bytes && length > 0) return length;
    length = next;
    if (length == text.size() || length >= max_bytes) return length;
  }
}

std::string visible(std::string_view text, Backslash backslash) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    if (length == 0) {
      append_hex_escape(out, static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    const std::string_view sequence = text.substr(0, length);
    const std::uint32_t code_point = decode(sequence);
    if (is_control(code_point)) {
      append_control(out, sequence);
    } else if (reorders_or_breaks_lines(code_point)) {
      append_code_point_escape(out, code_point);
    } else if (code_point == '\\' && backslash == Backslash::double_) {
      out += "\\\\";
    } else {
      out += sequence;
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string visible_beginning(std::string_view text, std::size_t max_bytes) {
  return visible(text.substr(0, max_bytes)) + (text.size() > max_bytes ? "..." : "");
}

}  // namespace parley
