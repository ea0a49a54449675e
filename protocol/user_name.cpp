#include "protocol/user_name.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "protocol/words.hpp"

namespace parley {
namespace {

// <cctype> asks the locale; names must not.
bool is_alphanumeric(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || is_digit(c);
}

/// What the categories of Unicode forbid; every other one may stand in a name.
NameFault fault_of_category(utf8proc_int32_t code_point) {
  switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_CC:
      return NameFault::control;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return NameFault::blank;
    case UTF8PROC_CATEGORY_CF:
      return NameFault::invisible;
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CO:
      return NameFault::undefined;
    default:
      return NameFault::none;
  }
}

/// What shows as nothing, or changes only what stands beside it, although its category is that of a letter, a
/// mark or a symbol and it is not default-ignorable.
constexpr std::array<utf8proc_int32_t, 10> unseen = {
    0x2800,   // braille pattern blank
    0x2D7F,   // Tifinagh consonant joiner
    0xFFFC,   // object replacement character
    0x1107F,  // Brahmi number joiner
    0x13440,  // Egyptian hieroglyph mirror horizontally
    0x13441,  // Egyptian hieroglyph full blank
    0x13442,  // Egyptian hieroglyph half blank
    0x16FE4,  // Khitan small script filler
    0x1BC9D,  // Duployan thick letter selector
    0x1D159,  // musical symbol null notehead
};
constexpr utf8proc_int32_t replacement_code_point = 0xFFFD;

NameFault fault_of(utf8proc_int32_t code_point) {
  if (code_point == replacement_code_point) return NameFault::not_utf8;
  if (utf8proc_get_property(code_point)->ignorable || std::ranges::binary_search(unseen, code_point))
    return NameFault::invisible;
  return fault_of_category(code_point);
}

/// Takes the first code point off the text. Its bytes; none, and nothing is taken, when it is not UTF-8.
std::string_view take_code_point(std::string_view& text, utf8proc_int32_t& code_point) {
  const auto length = std::max<utf8proc_ssize_t>(
      0, utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                          static_cast<utf8proc_ssize_t>(text.size()), &code_point));
  const std::string_view sequence = text.substr(0, static_cast<std::size_t>(length));
  text.remove_prefix(sequence.size());
  return sequence;
}

/// The first letter of its category's two: L for letters, N for numbers, M for marks.
char category_group(utf8proc_int32_t code_point) {
  return utf8proc_category_string(code_point)[0];
}

/// The text in one of Unicode's normal forms, as the options of utf8proc have it. Nothing when it is not
/// UTF-8, or too long to be a name.
std::optional<std::string> normalize(std::string_view text, int options) {
  constexpr std::size_t most_for_one = 18;  // code points that one of three bytes comes apart to: U+FDFA
  std::array<utf8proc_int32_t, max_room_name_bytes / 3 * most_for_one + 2> code_points;
  constexpr auto room = static_cast<utf8proc_ssize_t>(code_points.size() - 1);  // for a NUL behind it
  const auto length = utf8proc_decompose(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                         static_cast<utf8proc_ssize_t>(text.size()), code_points.data(), room,
                                         static_cast<utf8proc_option_t>(options));
  if (length < 0 || length > room) return std::nullopt;
  const auto bytes = utf8proc_reencode(code_points.data(), length, static_cast<utf8proc_option_t>(options));
  if (bytes < 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(code_points.data()), static_cast<std::size_t>(bytes));
}

/// What the name looks like at a glance: capitals, width and fonts do not count, accents stand by themselves,
/// and a dash is a dash.
std::string skeleton(std::string_view name) {
  return normalize(name, UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_LUMP)
      .value_or(std::string(name));
}

/// ALL, BROADCAST and SERVER, whatever stands between and around their letters.
bool looks_reserved(std::string_view skeleton) {
  static constexpr std::array<std::string_view, 3> reserved = {"all", "broadcast", "server"};
  std::string letters;
  for (utf8proc_int32_t code_point = 0; !skeleton.empty();) {
    const std::string_view sequence = take_code_point(skeleton, code_point);
    if (const char group = category_group(code_point); group == 'L' || group == 'N') letters += sequence;
  }
  return std::ranges::find(reserved, letters) != reserved.end();
}

enum class Spaces { none, single_inside };

/// What is wrong with the characters of a name, of a user's or a room's.
NameFault check_characters(std::string_view name, std::size_t max_bytes, Spaces spaces) {
  if (name.empty()) return NameFault::empty;
  if (name.size() > max_bytes) return NameFault::too_long;
  utf8proc_int32_t previous = ' ';
  for (std::string_view rest = name; !rest.empty();) {
    utf8proc_int32_t code_point = 0;
    if (take_code_point(rest, code_point).empty()) return NameFault::not_utf8;
    const bool is_inner_space =
        spaces == Spaces::single_inside && code_point == ' ' && previous != ' ' && !rest.empty();
    const NameFault fault = is_inner_space ? NameFault::none : fault_of(code_point);
    if (fault != NameFault::none) return fault;
    if (previous == ' ' && category_group(code_point) == 'M') return NameFault::leading_mark;
    previous = code_point;
  }
  return NameFault::none;
}

struct Sentences {
  NameFault fault;
  std::string_view of_user;
  std::string_view of_room;
};

const Sentences& sentences(NameFault fault) {
  static constexpr Sentences all[] = {
      {NameFault::none, "", ""},
      {NameFault::empty, "A name is required.", "A room has a name."},
      {NameFault::too_long, "A name has at most 32 bytes.", "The name of a room has at most 64 bytes."},
      {NameFault::not_utf8, "A name is made of UTF-8.", "The name of a room is made of UTF-8."},
      {NameFault::control, "A name has no control characters.",
       "The name of a room has no control characters."},
      {NameFault::blank, "A name is one word, without blanks.",
       "A room's name has single spaces, inside, and no other blanks."},
      {NameFault::invisible, "A name has no invisible characters.",
       "The name of a room has no invisible characters."},
      {NameFault::undefined, "A name has no undefined characters.",
       "The name of a room has no undefined characters."},
      {NameFault::leading_mark, "A name begins with no combining mark.",
       "A word of a room's name begins with no combining mark."},
      {NameFault::leading_sign, "A name does not begin with one of [ + - @ / or *.", ""},
      {NameFault::holds_mark, "A name has neither > nor : in it.", ""},
      {NameFault::reserved, "ALL, BROADCAST and SERVER cannot be names.", ""},
  };
  return *std::ranges::find(all, fault, &Sentences::fault);
}

}  // namespace

NameFault check_name(std::string_view name) {
  const NameFault fault = check_characters(name, max_name_bytes, Spaces::none);
  if (fault != NameFault::none) return fault;
  const std::string seen = skeleton(name);
  if (seen.find_first_of("[+-@/*") == 0) return NameFault::leading_sign;
  if (seen.find_first_of(">:") != std::string::npos) return NameFault::holds_mark;
  return looks_reserved(seen) ? NameFault::reserved : NameFault::none;
}

NameFault check_room_name(std::string_view name) {
  return check_characters(name, max_room_name_bytes, Spaces::single_inside);
}

std::string_view name_sentence(NameFault fault) {
  return sentences(fault).of_user;
}

std::string_view room_name_sentence(NameFault fault) {
  return sentences(fault).of_room;
}

bool is_valid_name(std::string_view name) {
  return std::ranges::all_of(name, is_alphanumeric) && check_name(name) == NameFault::none;
}

std::string fold_case(std::string_view name) {
  std::string folded(name);
  unsigned all_bits = 0;
  for (char& c : folded) {
    all_bits |= static_cast<unsigned char>(c);
    c = to_lower(c);
  }
  if (all_bits < 0x80) return folded;
  if (name.size() > max_room_name_bytes) return folded;
  // Marks in their order first: case folding makes a letter of one of them (U+0345), which stays where it is.
  const auto in_order = normalize(name, UTF8PROC_DECOMPOSE | UTF8PROC_STABLE);
  constexpr int spelling = UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_STABLE | UTF8PROC_CASEFOLD;
  return in_order ? normalize(*in_order, spelling).value_or(std::move(folded)) : folded;
}

bool is_same_name(std::string_view left, std::string_view right) {
  return left == right || fold_case(left) == fold_case(right);
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  // Nearly always as registered: one comparison of memory then.
  return left == right || std::ranges::equal(left, right, {}, to_lower, to_lower);
}

}  // namespace parley
