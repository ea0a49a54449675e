#include "server/two_socket/notice_slot.hpp"

#include <doctest/doctest.h>

#include <string>

namespace parley {
namespace {

using Kind = Notice::Kind;

void add(NoticeSlot& slot, Kind kind, std::string_view names) {
  for (const char name : names) slot.add({kind, std::string(1, name), "telnet", "General"});
}

std::string told(std::string_view came, std::string_view left) {
  NoticeSlot slot;
  add(slot, Kind::arrived, came);
  add(slot, Kind::left, left);
  std::string text = slot.take();
  CHECK(slot.is_empty());
  CHECK(slot.take().empty());
  return text;
}

TEST_CASE("SV3: a few names and a number, however many they are") {
  CHECK(told("", "").empty());
  CHECK(told("a", "") == "a came");
  CHECK(told("ab", "") == "a and b came");
  CHECK(told("abc", "") == "a, b and c came");
  CHECK(told("abcd", "") == "a, b and 2 others came");
  CHECK(told(std::string(120, 'x'), "") == "x, x and 118 others came");
  CHECK(told("", "abcde") == "a, b and 3 others left");
  CHECK(told("ab", "c") == "c left\na and b came");
}

TEST_CASE("SV3: who comes and leaves meanwhile is not told of, nor who leaves and comes") {
  CHECK(told("a", "a").empty());
  CHECK(told("abc", "b") == "a and c came");
  NoticeSlot slot;
  add(slot, Kind::left, "ab");
  add(slot, Kind::arrived, "a");
  CHECK(slot.take() == "b left");
}

TEST_CASE("SV3: where some are only counted, all numbers stay right") {
  CHECK(told("abcd", "d") == "d left\na, b and 2 others came");
  CHECK(told("abcd", "a") == "a left\nb, c and 2 others came");
}

TEST_CASE("SV3: nobody is named who has gone again, or come again") {
  CHECK(told("abcd", "abc") == "a, b and c left\n4 others came");
  CHECK(told("abcde", "ab") == "a and b left\nc and 4 others came");
  NoticeSlot slot;
  add(slot, Kind::left, "abcd");
  add(slot, Kind::arrived, "a");
  CHECK(slot.take() == "b, c and 2 others left\na came");
  slot.add({Kind::left, "rob", "telnet", "General"});
  slot.add({Kind::arrived, "Rob", "telnet", "General"});
  CHECK(slot.take() == "rob left\nRob came");
}

TEST_CASE("SV3: what is cleared is not told") {
  NoticeSlot slot;
  add(slot, Kind::arrived, "abcd");
  add(slot, Kind::left, "e");
  slot.clear();
  CHECK(slot.is_empty());
  CHECK(slot.take().empty());
}

}  // namespace
}  // namespace parley
