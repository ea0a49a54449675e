#include "protocol/user_name.hpp"

#include <doctest/doctest.h>
#include <utf8proc.h>

#include <string>

using namespace parley;

TEST_CASE("R1.1 names of 1 to 32 ASCII letters and digits") {
  CHECK(is_valid_name("a"));
  CHECK(is_valid_name("0"));
  CHECK(is_valid_name("AZaz09"));
  CHECK(is_valid_name("ALLY"));
  CHECK(is_valid_name("AL"));
  CHECK(is_valid_name(std::string(31, 'x')));
  CHECK(is_valid_name(std::string(32, 'x')));
}

TEST_CASE("R1.2, R1.4 anything else is no name") {
  CHECK_FALSE(is_valid_name(""));
  CHECK_FALSE(is_valid_name(std::string(33, 'x')));
  for (const auto name :
       {"al ice", " alice", "alice ", "al_ice", "al-ice", "@alice", "alice:", "caf\xc3\xa9", "a\n", "\r"})
    CHECK_MESSAGE(!is_valid_name(name), name);
  CHECK_FALSE(is_valid_name(std::string_view("a\0b", 3)));
}

TEST_CASE("R1.2 of single bytes exactly the 62 letters and digits are names") {
  int valid = 0;
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    valid += is_valid_name({&c, 1}) ? 1 : 0;
  }
  CHECK(valid == 62);
}

TEST_CASE("R1.3 ALL is reserved, in any case") {
  for (const auto name : {"ALL", "all", "All", "aLL"}) {
    CHECK_FALSE(is_valid_name(name));
    CHECK(is_broadcast_name(name));
  }
  for (const auto name : {"", "AL", "ALLE", "ALL ", "@ALL"}) CHECK_FALSE(is_broadcast_name(name));
}

TEST_CASE("R1.5 words compare without regard to the case of ASCII letters") {
  CHECK(equal_ignoring_case("Alice", "aLICE"));
  CHECK(equal_ignoring_case("", ""));
  CHECK_FALSE(equal_ignoring_case("alice", "alic"));
  CHECK_FALSE(equal_ignoring_case("alice", "alicf"));
  CHECK_FALSE(equal_ignoring_case("@", "`"));
  CHECK_FALSE(equal_ignoring_case("[", "{"));
  CHECK_FALSE(equal_ignoring_case("\xc3\x89", "\xc3\xa9"));
}

TEST_CASE("OD1.1 one spelling for one name") {
  CHECK(fold_case("AZaz09") == "azaz09");
  CHECK(fold_case("@[`{") == "@[`{");
  CHECK(is_same_name("Alice", "aLICE"));
  CHECK(is_same_name("\u00c9va", "\u00e9va"));
  CHECK(is_same_name("Zo\u00eb", "Zoe\u0308"));                  // composed, and in two code points
  CHECK(is_same_name("q\u0323\u0307", "q\u0307\u0323"));         // two marks in either order
  CHECK(is_same_name("Kate", "\u212aate"));                      // the sign of the kelvin
  CHECK(is_same_name("bob", "\uff42\uff4f\uff42"));              // the wide letters of Asian typography
  CHECK(is_same_name("bob", "\U0001d5bb\U0001d5c8\U0001d5bb"));  // mathematical sans-serif
  CHECK(is_same_name("\u1112\u1161\u11ab", "\ud55c"));           // Hangul in letters, and as a syllable
  CHECK(is_same_name("\u1fb4", "\u1fb3\u0301"));                 // a mark that folding makes a letter of
  CHECK(is_same_name("b\u0345\u0301ob", "b\u0301\u0345ob"));
  CHECK_FALSE(is_same_name("Zo\u00eb", "Zoe"));
  CHECK_FALSE(is_same_name("b\u043eb", "bob"));  // Cyrillic: not promised
  CHECK_FALSE(is_same_name("alice", "alic"));
}

TEST_CASE("OD1.1 what is no name is compared by its bytes and the case of ASCII letters") {
  CHECK(fold_case("Caf\xe9") == "caf\xe9");
  CHECK_FALSE(is_same_name("caf\xe9", "caf\xe8"));
  const std::string long_name = "\u00c9" + std::string(max_room_name_bytes, 'X');
  CHECK(fold_case(long_name) == "\u00c9" + std::string(max_room_name_bytes, 'x'));
  CHECK(fold_case(std::string("\0A", 2)) == std::string("\0a", 2));
}

TEST_CASE("OD1.1 a spelling is its own spelling") {
  for (unsigned c = 1; c <= 0x10FFFF; ++c) {
    std::string name(4, '\0');
    name.resize(static_cast<std::size_t>(utf8proc_encode_char(
        static_cast<utf8proc_int32_t>(c), reinterpret_cast<utf8proc_uint8_t*>(name.data()))));
    if (const std::string folded = fold_case(name); fold_case(folded) != folded)
      FAIL_CHECK("U+", doctest::toString(c));
  }
}

TEST_CASE("OD1.1 the names that come apart to most code points have a spelling, too") {
  std::string name;
  while (name.size() + 3 <= max_room_name_bytes) name += "\ufdfa";
  CHECK(fold_case(name).size() == name.size() / 3 * 33);
}
