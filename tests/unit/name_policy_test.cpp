#include <doctest/doctest.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/user_name.hpp"

namespace parley {
namespace {

using namespace std::string_literals;

using CodePoint = std::uint32_t;
using Range = std::pair<CodePoint, CodePoint>;
using Ranges = std::vector<Range>;

bool is_in(const Ranges& ranges, CodePoint c) {
  return std::ranges::any_of(ranges,
                             [&](const Range& range) { return range.first <= c && c <= range.second; });
}

/// The bytes that UTF-8 would have for any number up to 10FFFF, surrogates too.
std::string encode(CodePoint c) {
  const auto tail = [](CodePoint bits) { return static_cast<char>(0x80U | (bits & 0x3FU)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0U | c >> 6U), tail(c)};
  if (c < 0x10000) return {static_cast<char>(0xE0U | c >> 12U), tail(c >> 6U), tail(c)};
  return {static_cast<char>(0xF0U | c >> 18U), tail(c >> 12U), tail(c >> 6U), tail(c)};
}

// From the text of Unicode 15.0, not from what the code asks.
const Ranges controls = {{0, 0x1F}, {0x7F, 0x9F}};
const Ranges blanks = {{0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200A},
                       {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}};
const Ranges surrogates = {{0xD800, 0xDFFF}};
const Ranges private_use = {{0xE000, 0xF8FF}, {0xF0000, 0xFFFFD}, {0x100000, 0x10FFFD}};
const Ranges formats = {{0xAD, 0xAD},       {0x600, 0x605},     {0x61C, 0x61C},     {0x6DD, 0x6DD},
                        {0x70F, 0x70F},     {0x890, 0x891},     {0x8E2, 0x8E2},     {0x180E, 0x180E},
                        {0x200B, 0x200F},   {0x202A, 0x202E},   {0x2060, 0x2064},   {0x2066, 0x206F},
                        {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD},
                        {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0001, 0xE0001},
                        {0xE0020, 0xE007F}};
const Ranges other_ignorables = {{0x34F, 0x34F},   {0x115F, 0x1160}, {0x17B4, 0x17B5},
                                 {0x180B, 0x180D}, {0x180F, 0x180F}, {0x3164, 0x3164},
                                 {0xFE00, 0xFE0F}, {0xFFA0, 0xFFA0}, {0xE0100, 0xE01EF}};
const Ranges shown_as_nothing = {{0x2800, 0x2800},   {0x2D7F, 0x2D7F},   {0xFFFC, 0xFFFC},
                                 {0x1107F, 0x1107F}, {0x13440, 0x13442}, {0x16FE4, 0x16FE4},
                                 {0x1BC9D, 0x1BC9D}, {0x1D159, 0x1D159}};
/// > and :, narrow, wide and small, and what else is one of them to a reader.
const Ranges marks = {{0x3A, 0x3A},     {0x3E, 0x3E},     {0x203A, 0x203A}, {0x2236, 0x2236},
                      {0x226F, 0x226F}, {0x232A, 0x232A}, {0x2A74, 0x2A74}, {0x3009, 0x3009},
                      {0xFE13, 0xFE13}, {0xFE40, 0xFE40}, {0xFE55, 0xFE55}, {0xFE65, 0xFE65},
                      {0xFF1A, 0xFF1A}, {0xFF1E, 0xFF1E}};

bool is_noncharacter(CodePoint c) {
  return (c & 0xFFFEU) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
}

/// What must become of a name with this code point in its middle; nothing where only Unicode's list of
/// characters can tell a character from a place without one.
NameFault expected(CodePoint c) {
  if (is_in(controls, c)) return NameFault::control;
  if (is_in(blanks, c)) return NameFault::blank;
  if (is_in(surrogates, c) || c == 0xFFFD) return NameFault::not_utf8;
  if (is_in(private_use, c) || is_noncharacter(c)) return NameFault::undefined;
  if (is_in(formats, c) || is_in(other_ignorables, c) || is_in(shown_as_nothing, c))
    return NameFault::invisible;
  return is_in(marks, c) ? NameFault::holds_mark : NameFault::none;
}

}  // namespace

TEST_CASE("OD1.2 every code point in the middle of a name, and of a room's") {
  std::size_t may_stand = 0;
  std::size_t has_no_character = 0;
  for (CodePoint c = 0; c <= 0x10FFFF; ++c) {
    const std::string name = 'a' + encode(c) + 'b';
    const NameFault fault = check_name(name);
    const NameFault wanted = expected(c);
    const bool is_rooms_alone = fault == NameFault::holds_mark || c == ' ';
    if (check_room_name(name) != (is_rooms_alone ? NameFault::none : fault))
      FAIL_CHECK("in a room's name: U+", doctest::toString(c));
    may_stand += fault == NameFault::none ? 1 : 0;
    const bool is_unassigned = fault == NameFault::undefined && wanted == NameFault::none;
    has_no_character += is_unassigned ? 1 : 0;
    if (fault != wanted && !is_unassigned) FAIL_CHECK("U+", doctest::toString(c), ": ", int(fault));
  }
  // The figures of Unicode 15.0 (Debian 12); a later one has more characters.
  constexpr std::size_t unassigned = 825'279;
  constexpr std::size_t assigned = 149'186;  // with formats, without controls, private use and surrogates
  constexpr std::size_t refused = 19 + 170 + 267 + 10 + 14 + 1;  // blanks ... marks, U+FFFD
  if (utf8proc_unicode_version() == "15.0.0"s) {
    CHECK(has_no_character == unassigned);
    CHECK(may_stand == assigned - refused);
  } else {
    CHECK(has_no_character < unassigned);
    CHECK(may_stand + has_no_character == unassigned + assigned - refused);
  }
}

TEST_CASE("OD1.2 a name is one word of 1 to 32 bytes of UTF-8") {
  for (const auto name : {"a",
                          "bob_1",
                          "b-b",
                          "x,y",
                          "o'neill",
                          "Jos\u00e9",
                          "Jose\u0301",
                          "\u65e5\u672c",
                          "\u05d0\u05d1",
                          "\u0645\u062d\u0645\u062f",
                          "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35",
                          "\u0928\u093f",
                          "\U0001f600",
                          "~",
                          "_",
                          "#1",
                          "(x)",
                          "<o",
                          "Bob.",
                          "a@b",
                          "a/b",
                          "a+b",
                          "a[1]",
                          "a*"})
    CHECK_MESSAGE(check_name(name) == NameFault::none, name);
  CHECK(check_name(std::string(32, 'x')) == NameFault::none);
  CHECK(check_name(std::string(33, 'x')) == NameFault::too_long);
  CHECK(check_name("") == NameFault::empty);
  CHECK(check_name("\u65e5"s + std::string(29, 'x')) == NameFault::none);
  CHECK(check_name("\u65e5"s + std::string(30, 'x')) == NameFault::too_long);
}

TEST_CASE("OD1.2 bytes that are not UTF-8") {
  for (const auto name : {"caf\xe9", "caf\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80",
                          "\xff", "caf\ufffd", "\xf8\x88\x80\x80\x80"}) {
    CHECK_MESSAGE(check_name(name) == NameFault::not_utf8, name);
    CHECK_MESSAGE(check_room_name(name) == NameFault::not_utf8, name);
  }
}

TEST_CASE("OD1.2 names that show as another's") {
  for (const auto unseen : {"\u200b", "\u00ad", "\u2060", "\ufeff", "\U000e0062", "\u200d", "\u180e",
                            "\ufe0f", "\U000e0100", "\u034f", "\u202e", "\u2066"}) {
    for (const std::string& name : {"bob"s + unseen, unseen + "bob"s, "b"s + unseen + "ob",
                                    std::string(unseen), "SERVER"s + unseen, "all"s + unseen})
      CHECK_MESSAGE(check_name(name) == NameFault::invisible, name);
    CHECK(check_room_name("Gen"s + unseen + "eral") == NameFault::invisible);
  }
}

TEST_CASE("OD1.2 names that show as nothing") {
  for (const auto filler : {"\u3164", "\u115f", "\u1160", "\uffa0", "\u2800", "\U0001d159", "\u17b4"})
    CHECK_MESSAGE(check_name(filler) == NameFault::invisible, filler);
}

TEST_CASE("OD1.2 names that forge a line") {
  CHECK(check_name("[private]\u00a0bob") == NameFault::blank);
  CHECK(check_name("+++\u00a0eve") == NameFault::blank);
  CHECK(check_name("+++\u2003eve\u2003arrived\u2003+++") == NameFault::blank);
  CHECK(check_name("bob>\u00a0hi") == NameFault::blank);
  CHECK(check_name("bob>\u2800hi") == NameFault::invisible);
  CHECK(check_name("bob hi") == NameFault::blank);
  CHECK(check_name("bob\thi") == NameFault::control);
  CHECK(check_name("bob\nhi") == NameFault::control);
  CHECK(check_name("bob\u0085hi") == NameFault::control);
  CHECK(check_name("bob\u2028hi") == NameFault::blank);
  for (const auto name : {"bob>", "bob>hi", "bob:", "bob\uff1ahi", "bob\uff1ehi", "bob\u203ahi"})
    CHECK_MESSAGE(check_name(name) == NameFault::holds_mark, name);
}

TEST_CASE("OD1.2 a name begins with none of what begins notices, marks and commands") {
  for (const auto sign : {"[", "+", "-", "@", "/", "*", "\uff3b", "\uff0b", "\uff0d", "\uff20", "\uff0f",
                          "\uff0a", "\ufe6b", "\u2010", "\u2013", "\u2014", "\u2212", "\u2044"}) {
    CHECK_MESSAGE(check_name(sign + "bob"s) == NameFault::leading_sign, sign);
    CHECK_MESSAGE(check_name(sign) == NameFault::leading_sign, sign);
    CHECK_MESSAGE(check_name("bob"s + sign) == NameFault::none, sign);
  }
}

TEST_CASE("OD1.2 a combining mark changes what stands before it") {
  for (const auto mark : {"\u0301", "\u20dd", "\u0903", "\u0338", "\U0001d165"}) {
    CHECK(check_name(mark + "bob"s) == NameFault::leading_mark);
    CHECK(check_name("b"s + mark) == NameFault::none);
    CHECK(check_room_name(mark + "x"s) == NameFault::leading_mark);
    CHECK(check_room_name("a "s + mark + "x") == NameFault::leading_mark);
  }
}

TEST_CASE("OD1.3 three words are nobody's, however they are dressed") {
  for (const auto name :
       {"ALL", "all", "Broadcast", "SERVER", "server", "Server.", "_SERVER_", "S-E-R-V-E-R", "(server)",
        "all!", "\uff33\uff25\uff32\uff36\uff25\uff32",
        "\U0001d412\U0001d404\U0001d411\U0001d415\U0001d404\U0001d411", "\u24c8erver", "S\u00c9RVER",
        "SERVE\u0332R", "\u2605SERVER\u2605", "\u00abALL\u00bb", "a\u0307ll"})
    CHECK_MESSAGE(check_name(name) == NameFault::reserved, name);
  for (const auto name : {"ALLY", "servers", "cast", "server1", "allan", "a11"})
    CHECK_MESSAGE(check_name(name) == NameFault::none, name);
  for (const auto name : {"ALL", "server", "Broadcast"}) CHECK_FALSE(is_valid_name(name));
}

TEST_CASE("OD2.2 a room's name may have single spaces inside") {
  for (const auto name :
       {"General", "Room 1", "a b c", "Caf\u00e9", "#tea", "[x]", "@home", "SERVER", "a: b", ">"})
    CHECK_MESSAGE(check_room_name(name) == NameFault::none, name);
  CHECK(check_room_name(std::string(64, 'x')) == NameFault::none);
  CHECK(check_room_name(std::string(65, 'x')) == NameFault::too_long);
  CHECK(check_room_name("") == NameFault::empty);
  for (const auto name : {" ", " a", "a ", "a  b", "a\u00a0b", "a\u3000b", "a\u2029b"})
    CHECK_MESSAGE(check_room_name(name) == NameFault::blank, name);
  CHECK(check_room_name("a\nb") == NameFault::control);
  CHECK(check_room_name("a\u2800b") == NameFault::invisible);
}

TEST_CASE("OD1 each fault has a sentence that fits every dialect") {
  CHECK(name_sentence(NameFault::none).empty());
  CHECK(room_name_sentence(NameFault::none).empty());
  for (int number = 1; number <= int(NameFault::reserved); ++number) {
    const auto fault = static_cast<NameFault>(number);
    for (const auto sentence : {name_sentence(fault), room_name_sentence(fault)}) {
      if (sentence.data() == room_name_sentence(fault).data() && fault >= NameFault::leading_sign) continue;
      CHECK_MESSAGE(sentence.ends_with('.'), number);
      CHECK(sentence.size() <= 70);
      CHECK(std::ranges::all_of(sentence, [](char c) { return c >= ' ' && c <= '~'; }));
    }
  }
}

}  // namespace parley
