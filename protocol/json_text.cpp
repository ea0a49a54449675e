#include "protocol/json_text.hpp"

#include <charconv>
#include <cstddef>

#include "protocol/words.hpp"

namespace parley {
namespace {

constexpr std::size_t escape_bytes = 6;  // \uXXXX

bool is_of_number(char c) {
  return is_digit(c) || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/// RFC 8259, section 6.
bool is_number(std::string_view text) {
  const auto take = [&](char c) {
    const bool is_there = text.starts_with(c);
    if (is_there) text.remove_prefix(1);
    return is_there;
  };
  const auto take_digits = [&] {
    const std::size_t count = prefix_length(text, is_digit);
    text.remove_prefix(count);
    return count;
  };
  take('-');
  const bool begins_with_zero = text.starts_with('0');
  const std::size_t digits = take_digits();
  if (digits == 0 || (begins_with_zero && digits > 1)) return false;
  if (take('.') && take_digits() == 0) return false;
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    if (take_digits() == 0) return false;
  }
  return text.empty();
}

enum class Unit { none, character, high, low };

/// What the text begins with: a \uXXXX, for a character of its own or half of one.
Unit unit_at(std::string_view text) {
  unsigned number = 0;
  if (text.size() < escape_bytes || !text.starts_with("\\u")) return Unit::none;
  const char* const end = text.data() + escape_bytes;
  if (std::from_chars(text.data() + 2, end, number, 16).ptr != end) return Unit::none;
  if (number < 0xD800 || number > 0xDFFF) return Unit::character;
  return number < 0xDC00 ? Unit::high : Unit::low;
}

std::string_view take_front(std::string_view& text, std::size_t count) {
  const std::string_view front = text.substr(0, count);
  text.remove_prefix(front.size());
  return front;
}

/// Takes an escape, or a pair of them, off the text.
std::string_view take_escape(std::string_view& text) {
  switch (unit_at(text)) {
    case Unit::none:
      return take_front(text, 2);
    case Unit::high:
      if (unit_at(text.substr(escape_bytes)) == Unit::low) return take_front(text, 2 * escape_bytes);
      [[fallthrough]];
    case Unit::low:
      take_front(text, escape_bytes);
      return "\\ufffd";
    default:
      return take_front(text, escape_bytes);
  }
}

std::string_view take_number(std::string_view& text) {
  const std::string_view number = take_front(text, prefix_length(text, is_of_number));
  return is_number(number) ? "0" : number;
}

}  // namespace

std::string to_readable_json(std::string_view object) {
  std::string out;
  out.reserve(object.size());
  bool in_string = false;
  const auto is_plain = [&](char c) {
    return c != '"' && (in_string ? c != '\\' : c != '-' && !is_digit(c));
  };
  for (;;) {
    out += take_front(object, prefix_length(object, is_plain));
    if (object.empty()) return out;
    if (object.front() == '"') {
      in_string = !in_string;
      out += take_front(object, 1);
    } else {
      out += in_string ? take_escape(object) : take_number(object);
    }
  }
}

}  // namespace parley
