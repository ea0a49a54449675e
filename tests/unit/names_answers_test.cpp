#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/names.hpp"
#include "protocol/text.hpp"
#include "tests/unit/names_frame.hpp"

namespace parley::names {
namespace {

using namespace std::string_literals;

/// The payloads of frames whose lengths are right.
std::vector<std::string> payloads(const std::vector<std::string>& frames, std::size_t length_digits) {
  std::vector<std::string> all;
  for (const std::string& one : frames) {
    REQUIRE(one.size() > length_digits);
    all.push_back(one.substr(length_digits));
    CHECK(one == frame(all.back(), length_digits));
  }
  return all;
}

}  // namespace

TEST_CASE("NM4.1: the answers, byte for byte") {
  CHECK(to_frame("Hello A", {}) == "07Hello A");
  CHECK(to_frame("Hello A", {3}) == "007Hello A");
  CHECK(to_frame("EXIT", {4}) == "0004EXIT");
  CHECK(to_frame("EXIT", {10}) == "0000000004EXIT");
  CHECK(to_frame("EXIT", {0, false}) == "EXIT");
  CHECK(to_frame("EXIT", {0, true}) == "EXIT\n");
  CHECK(to_sentence("Wrong protocol") == "14Wrong protocol");
  CHECK(to_name_frames({"A", "B"}, {}) == std::vector{"03A B"s});
  CHECK(to_message_frames("A", "HELLO", {}) == std::vector{"12A sent HELLO"s});
  CHECK(to_message_frames("A", "HELLO", {0, true}) == std::vector{"A sent HELLO\n"s});
  CHECK(to_message_frames("A", "", {3}) == std::vector{"007A sent "s});
  CHECK(to_message_frames("A", std::string(992, 'x'), {3}).size() == 1);
  CHECK(to_message_frames("A", std::string(993, 'x'), {3}).size() == 2);
}

TEST_CASE("NM4.2: a sentence that does not fit is cut between code points") {
  CHECK(to_frame(std::string(99, 'x'), {}) == "99" + std::string(99, 'x'));
  CHECK(to_frame(std::string(100, 'x'), {}) == "99" + std::string(99, 'x'));
  CHECK(to_frame(std::string(98, 'x') + "é", {}) == "98" + std::string(98, 'x'));
  CHECK(to_frame(std::string(100, 'x'), {3}) == "100" + std::string(100, 'x'));
}

TEST_CASE("NM4.3: names in as many frames as they need, none torn") {
  CHECK(to_name_frames({}, {}) == std::vector{"22Nobody has a name yet."s});
  const std::string name(32, 'n');
  CHECK(payloads(to_name_frames({name, name, name}, {}), 2) == std::vector{name + ' ' + name + ' ' + name});
  CHECK(payloads(to_name_frames({name, name, name, "x", "y"}, {}), 2) ==
        std::vector{name + ' ' + name + ' ' + name, "x y"s});
  CHECK(payloads(to_name_frames({name, name, "a", name}, {}), 2) ==
        std::vector{name + ' ' + name + " a", name});
  CHECK(payloads(to_name_frames({name, name, name, name}, {3}), 3).size() == 1);

  const std::vector<std::string> many(1000, "bob1");
  std::size_t count = 0;
  for (const std::string& payload : payloads(to_name_frames(many, {}), 2)) {
    CHECK(payload.size() <= 99);
    CHECK((payload.size() + 1) % 5 == 0);
    count += (payload.size() + 1) / 5;
  }
  CHECK(count == many.size());
}

TEST_CASE("NM4.2: no payload is over 4 KiB, however wide its length") {
  for (const Framing framing : {Framing{4}, Framing{5}, Framing{10}, Framing{0, true}, Framing{0, false}}) {
    CAPTURE(framing.length_digits);
    for (const std::size_t bytes : {4089U, 4090U}) {
      const auto frames = to_message_frames("A", std::string(bytes, 'x'), framing);
      CHECK(frames.size() == (bytes == 4089 ? 1 : 2));
      CHECK(frames[0].size() == framing.length_digits + (framing.has_lines ? 1 : 0) + 4096);
    }
    CHECK(to_frame(std::string(5000, 'x'), framing).size() <= 4096 + 10);
  }
}

TEST_CASE("NM4.3: names in frames of 4 KiB, however wide their length, none torn") {
  std::vector<std::string> many;
  std::string expected;
  for (int i = 0; i < 8500; ++i) expected += many.emplace_back("user" + std::to_string(i)) + ' ';
  const auto lists_all = [&](Framing framing) {
    std::string all;
    for (const std::string& one : to_name_frames(many, framing)) {
      CHECK(one.size() <= 4096 + 10);
      all += one.substr(framing.length_digits);
      if (framing.length_digits > 0) all += ' ';
    }
    std::ranges::replace(all, '\n', ' ');
    if (!all.ends_with(' ')) all += ' ';
    return all == expected;
  };
  CHECK(lists_all({4}));
  CHECK(lists_all({10}));
  CHECK(lists_all({0, true}));
  CHECK(lists_all({0, false}));
  // Exactly full, and one byte more.
  many.assign(4097 / 32 - 1, std::string(31, 'n'));
  many.emplace_back(32, 'n');
  CHECK(to_name_frames(many, {4}).size() == 1);
  many.back() += 'n';
  CHECK(to_name_frames(many, {4}).size() == 2);
}

TEST_CASE("NM4.4: a long text in several frames, each with its sender, no code point cut") {
  for (const std::string& sender : {"A"s, std::string(32, 's')}) {
    const std::string words = sender + " sent ";
    for (const std::string& character : {"a"s, "é"s, "€"s, "😀"s}) {
      CAPTURE(character);
      for (const int count : {1, 20, 90, 92, 93, 1000, 9999}) {
        std::string text;
        for (int i = 0; i < count; ++i) text += character;
        for (const unsigned length_digits : {2U, 3U, 4U}) {
          std::string again;
          const std::size_t max = length_digits == 2 ? 99 : length_digits == 3 ? 999 : 4096;
          const auto all = payloads(to_message_frames(sender, text, {length_digits}), length_digits);
          for (const std::string& payload : all) {
            CHECK(payload.size() <= max);
            // All but the last are full: nothing that could have been in them is in the next.
            if (&payload != &all.back()) CHECK(payload.size() + character.size() > max);
            REQUIRE(payload.starts_with(words));
            again += payload.substr(words.size());
          }
          CHECK(again == text);
        }
      }
    }
  }
}

TEST_CASE("NM4.6: what becomes longer than the limit is cut there") {
  CHECK(to_message_frames("A", "héllo", {}, 2) == std::vector{"08A sent h"s});
  CHECK(to_message_frames("A", "héllo", {}, 3) == std::vector{"10A sent hé"s});
  std::size_t bytes = 0;
  for (const auto& one : to_message_frames("A", std::string(65536, '\xff'), {0, true}))
    bytes += one.size() - 8;
  CHECK(bytes <= 65536);
}

TEST_CASE("NM4.5: any text becomes one line of UTF-8 without controls") {
  CHECK(to_message_frames("A", "one\r\ntwo\nB sent three\rfour", {}) ==
        std::vector{"32A sent one two B sent three four"s});
  CHECK(to_message_frames("A", "caf\xe9", {}) == std::vector{"13A sent caf\xef\xbf\xbd"s});
  CHECK(to_message_frames("A", "\x1b[2J\0\t\x7f"s, {}) == std::vector{"24A sent \\x1b[2J\\x00\\t\\x7f"s});
  CHECK(to_message_frames("A", "\xe2\x82", {}) == std::vector{"13A sent \xef\xbf\xbd\xef\xbf\xbd"s});
}

}  // namespace parley::names
