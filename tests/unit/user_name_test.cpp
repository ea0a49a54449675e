#include "protocol/user_name.hpp"

#include <doctest/doctest.h>

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

TEST_CASE("R1.5 names compare without regard to the case of ASCII letters") {
  CHECK(equal_ignoring_case("Alice", "aLICE"));
  CHECK(equal_ignoring_case("", ""));
  CHECK_FALSE(equal_ignoring_case("alice", "alic"));
  CHECK_FALSE(equal_ignoring_case("alice", "alicf"));
  CHECK(fold_case("AZaz09") == "azaz09");
}

TEST_CASE("R1.5 only the case of ASCII letters: their neighbours and other bytes differ") {
  CHECK_FALSE(equal_ignoring_case("@", "`"));
  CHECK_FALSE(equal_ignoring_case("[", "{"));
  CHECK_FALSE(equal_ignoring_case("\xc3\x89", "\xc3\xa9"));
  CHECK(fold_case("@[`{\xc3\x89\x80") == "@[`{\xc3\x89\x80");
}

TEST_CASE("OD1.2 a name is one printable word of at most 32 bytes") {
  for (const auto name : {"a", "bob_1", "Jos\xc3\xa9", "x,y", "ALL"}) CHECK(is_printable_name(name));
  CHECK(is_printable_name(std::string(32, 'x')));
  CHECK_FALSE(is_printable_name(std::string(33, 'x')));
  for (const auto name : {"", "a b", " a", "a\tb", "a\n", "\x1b[0m", "\xff", "a\xe2\x80\xae"})
    CHECK_FALSE(is_printable_name(name));
}

TEST_CASE("OD1.3 three names are nobody's") {
  for (const auto name : {"ALL", "all", "Broadcast", "SERVER", "server"}) CHECK(is_reserved_name(name));
  for (const auto name : {"", "ALLY", "servers", "cast"}) CHECK_FALSE(is_reserved_name(name));
}

TEST_CASE("OD2.2 a room's name may have blanks inside") {
  for (const auto name : {"General", "Room 1", "Caf\xc3\xa9"}) CHECK(is_room_name(name));
  CHECK(is_room_name(std::string(64, 'x')));
  CHECK_FALSE(is_room_name(std::string(65, 'x')));
  for (const auto name : {"", " a", "a ", "a\nb", "\xff"}) CHECK_FALSE(is_room_name(name));
}
