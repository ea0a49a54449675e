#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "server/bans/ban_list.hpp"
#include "server/control/request.hpp"

namespace parley {
namespace {

using Merged = BanList::Merged;

std::int64_t now_ms = 0;  // what the lists of a test take for the time

AddressRange range(std::string_view text) {
  const auto parsed = AddressRange::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

/// That of a range of one address.
AddressBytes bytes(std::string_view text) {
  AddressBytes bytes{};
  for (std::size_t bit = 0; bit < 128; ++bit) {  // by asking
    AddressBytes probe = bytes;
    probe[bit / 8] = static_cast<unsigned char>(probe[bit / 8] | (0x80U >> (bit % 8)));
    std::string prefix = "/" + std::to_string(bit + 1);
    AddressRange begins = range(std::string(text) + prefix);
    if (begins.contains(probe)) bytes = probe;
  }
  return bytes;
}

struct List {
  List() { now_ms = 1'000'000; }
  BanList list{[] { return now_ms; }};
};

TEST_CASE("a range is an address and the bits that count") {
  for (const auto& row :
       std::vector<std::pair<std::string, std::string>>{{"192.0.2.7", "192.0.2.7"},
                                                        {"192.0.2.7/32", "192.0.2.7"},
                                                        {"192.0.2.7/24", "192.0.2.0/24"},
                                                        {"192.0.2.255/25", "192.0.2.128/25"},
                                                        {"0.0.0.0/0", "0.0.0.0/0"},
                                                        {"::ffff:192.0.2.7", "192.0.2.7"},
                                                        {"::ffff:192.0.2.7/120", "192.0.2.0/24"},
                                                        {"2001:DB8::1", "2001:db8::1"},
                                                        {"2001:db8:1:2:3::/64", "2001:db8:1:2::/64"},
                                                        {"::/0", "::/0"}}) {
    const auto& text = row.first;
    const auto& shown = row.second;
    CHECK_MESSAGE(range(text).to_text() == shown, text);
    CHECK(range(shown) == range(text));
  }
  for (const char* text :
       {"", "/", "ann", "192.0.2", "192.0.2.7/", "192.0.2.7/33", "192.0.2.7/-1", "192.0.2.7/8x",
        "192.0.2.7/ 8", " 192.0.2.7", "::/129", "192.0.2.256", "fe80::1%lo", "1.2.3.4/8/8"})
    CHECK_FALSE_MESSAGE(AddressRange::parse(text), text);
  CHECK_FALSE(AddressRange::parse(std::string_view("10.0.0.1\0", 9)));
  CHECK(AddressRange::parse("10.0.0.1/0"));
  for (const char* text : {"10.0.0.1/08", "10.0.0.1/00", "::/064"}) {
    CHECK_FALSE_MESSAGE(AddressRange::parse(text), text);
    CHECK(AddressRange::about_zeros(text));
  }
  CHECK(AddressRange::about_zeros("1.2.3.4/008") ==
        "the prefix of 1.2.3.4/008 begins with a zero; write 1.2.3.4/8");
  for (const char* text : {"", "/", "/0", "10.0.0.1", "10.0.0.1/8", "10.0.0.1/0", "10.0.0.1/033", "ann/08"})
    CHECK_FALSE_MESSAGE(AddressRange::about_zeros(text), text);
}

TEST_CASE("an address is in a range whose bits it begins with, mapped or not") {
  const AddressBytes v4 = bytes("::ffff:192.0.2.200");
  for (const char* text :
       {"192.0.2.200", "192.0.2.0/24", "192.0.2.192/26", "0.0.0.0/0", "::/0", "::ffff:0:0/96"})
    CHECK_MESSAGE(range(text).contains(v4), text);
  for (const char* text : {"192.0.2.201", "192.0.2.0/25", "192.0.3.0/24", "2001:db8::/32"})
    CHECK_FALSE_MESSAGE(range(text).contains(v4), text);
  CHECK(range("2001:db8::/32").contains(bytes("2001:db8:ffff::1")));
  CHECK_FALSE(range("2001:db8::/32").contains(bytes("2001:db9::")));
}

TEST_CASE("this machine's own addresses are known, whole or in part") {
  for (const char* text :
       {"127.0.0.1", "127.255.0.0/16", "0.0.0.0/0", "96.0.0.0/3", "::1", "::/8", "::ffff:0:0/96"})
    CHECK_MESSAGE(range(text).has_loopback(), text);
  for (const char* text : {"126.0.0.0/8", "128.0.0.0/1", "::2", "2001:db8::/32"})
    CHECK_FALSE_MESSAGE(range(text).has_loopback(), text);
}

TEST_CASE("a banned name is banned however it is written, until its time is up") {
  List test;
  REQUIRE(test.list.ban("Ann", 2'000));
  CHECK(test.list.has_name("ann"));
  CHECK_FALSE(test.list.has_name("anna"));
  now_ms = 1'999'999;
  CHECK(test.list.has_name("ann"));
  now_ms = 2'000'000;
  CHECK_FALSE(test.list.has_name("ann"));
  CHECK(test.list.in_force().empty());
  CHECK_FALSE(test.list.unban("ann"));
}

TEST_CASE("an address is banned until that is lifted") {
  List test;
  REQUIRE(test.list.ban(range("192.0.2.0/24"), 0));
  CHECK(test.list.has_address(bytes("::ffff:192.0.2.9")));
  CHECK_FALSE(test.list.has_address(bytes("::ffff:192.0.3.9")));
  CHECK(test.list.unban(range("192.0.2.1/24")));
  CHECK_FALSE(test.list.has_address(bytes("::ffff:192.0.2.9")));
}

TEST_CASE("of two words on one name the later counts, in whatever order they come") {
  const Ban first{"ann", 0, 10, false};
  const Ban second{"ann", 0, 20, true};
  for (const bool is_turned : {false, true}) {
    List test;
    CHECK(test.list.merge(is_turned ? second : first) == Merged::changed);
    CHECK(test.list.merge(is_turned ? first : second) == (is_turned ? Merged::known : Merged::changed));
    CHECK_FALSE(test.list.has_name("ann"));
    CHECK(test.list.merge(second) == Merged::known);
  }
}

TEST_CASE("an operator's word is later than what is known, wherever the clock of that was") {
  List test;
  test.list.merge({"ann", 0, now_ms + 5'000, false});
  const auto lifted = test.list.unban("ann");
  REQUIRE(lifted);
  CHECK(lifted->changed_ms == now_ms + 5'001);
  CHECK(test.list.ban("ann", 0)->changed_ms == now_ms + 5'002);
}

TEST_CASE("there are so many bans and no more, and one that is over makes room") {
  List test;
  for (std::size_t i = 1; i < BanList::max_bans; ++i) CHECK(test.list.ban("user" + std::to_string(i), 2'000));
  CHECK(test.list.ban("last", 0));
  CHECK_FALSE(test.list.ban("more", 0));
  CHECK(test.list.merge({range("192.0.2.7"), 0, 1, false}) == Merged::full);
  CHECK(test.list.ban("last", 3'000));
  CHECK(test.list.unban("last"));
  CHECK(test.list.ban("more", 0));
  now_ms = 2'000'000;
  CHECK(test.list.ban("still more", 0));
}

TEST_CASE("what is over is remembered for a while, and the latest when there is too much") {
  List test;
  test.list.ban("ann", 0);
  test.list.unban("ann");
  CHECK(test.list.snapshot().bans.size() == 1);
  now_ms += BanList::remembered_ms + 2;
  CHECK(test.list.snapshot().bans.empty());
  for (std::size_t i = 0; i < BanList::max_bans + 10; ++i) {
    const std::string name = "user" + std::to_string(i);
    now_ms += 1;
    test.list.ban(name, 0);
    test.list.unban(name);
  }
  const auto known = test.list.snapshot().bans;
  CHECK(known.size() <= BanList::max_bans + 1);
  CHECK(std::ranges::count(known, Banned("user0"), &Ban::whom) == 0);
}

TEST_CASE("a time is a number and its unit") {
  using control::parse_duration;
  CHECK(parse_duration("1s") == 1);
  CHECK(parse_duration("90m") == 5'400);
  CHECK(parse_duration("2h") == 7'200);
  CHECK(parse_duration("3d") == 259'200);
  CHECK(parse_duration("521w") == 315'100'800);
  CHECK(parse_duration("3650d") == control::max_for_s);
  for (const char* text :
       {"", "h", "2", "0h", "-1h", "2H", "2 h", "1.5h", "2h30m", "522w", "3651d", "99999999999999999999s"})
    CHECK_FALSE_MESSAGE(parse_duration(text), text);
}

}  // namespace
}  // namespace parley
