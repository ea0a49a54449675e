// From what a terminal sends to keys: sequences, pastes, and all that means nothing here.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "client/key_decoder.hpp"
#include "protocol/text.hpp"

using namespace parley::client;

namespace {

std::string name_of(const Key& key) {
  switch (key.action) {
    case Action::ignore:
      return "-";
    case Action::insert:
      return key.text;
    case Action::paste:
      return "paste(" + key.text + (key.too_long ? "...)" : ")");
    case Action::enter:
      return "enter";
    case Action::new_line:
      return "new_line";
    case Action::left:
      return "left";
    case Action::right:
      return "right";
    case Action::word_left:
      return "word_left";
    case Action::word_right:
      return "word_right";
    case Action::home:
      return "home";
    case Action::end:
      return "end";
    case Action::up:
      return "up";
    case Action::erase_behind:
      return "erase_behind";
    case Action::erase_word_before:
      return "erase_word_before";
    case Action::cancel:
      return "cancel";
    case Action::focus_here:
      return "focus_here";
    case Action::focus_lost:
      return "focus_lost";
    default:
      return "#" + std::to_string(static_cast<int>(key.action));
  }
}

std::string drain(KeyDecoder& decoder) {
  std::string out;
  while (const auto key = decoder.next()) out += name_of(*key) + " ";
  return out;
}

/// The same however the characters are cut.
std::string keys_of(std::string_view bytes) {
  KeyDecoder whole;
  whole.feed(bytes);
  std::string keys = drain(whole);
  CHECK_FALSE(whole.patience());
  KeyDecoder decoder;
  std::string in_pieces;
  for (std::size_t length = 0; !bytes.empty(); bytes.remove_prefix(length)) {
    length = std::max<std::size_t>(parley::utf8_sequence_length(bytes), 1);
    decoder.feed(bytes.substr(0, length));
    in_pieces += drain(decoder);
  }
  CHECK(in_pieces == keys);
  return keys;
}

}  // namespace

TEST_CASE("arrows, and with a modifier, by words, as terminals send them") {
  CHECK(keys_of("\x1b[D\x1bOD\x1b[C\x1b[H\x1bOF\x1b[1~\x1b[4~\x1b[3~") ==
        "left left right home end home end erase_behind ");
  for (const auto* const left :
       {"\x1b[1;5D", "\x1b[1;3D", "\x1b[5D", "\x1bOd", "\x1b[d", "\x1b\x1b[D", "\033b"})
    CHECK_MESSAGE(keys_of(left) == (std::string_view(left) == "\x1b[5D" ? "left " : "word_left "),
                  parley::visible(left));
  CHECK(keys_of("\x1b[1;5C\033f\x1b\x7f") == "word_right word_right erase_word_before ");
}

TEST_CASE("a key that is not bound is swallowed whole") {
  for (const auto* const key :
       {"\x1b[5~", "\x1b[6~", "\x1bOP", "\x1b[[A", "\x1b[15;5~", "\x1b[24~", "\x1b[1;2P", "\x1b[E",
        "\x1b[?62;4c", "\x1b[97;5u", "\x1b[27;5;97~", "\x1bx", "\x1b\xc3\xa9", "\x1b]11;rgb:0/0/0\a",
        "\x1b]11;rgb:0/0/0\x1b\\", "\x1bP>|tmux\x1b\\", "\x1b[<0;1;1M", "\x14"})
    CHECK_MESSAGE(keys_of(key) == "- ", parley::visible(key));
  CHECK(keys_of("\x1b[5~a") == "- a ");
}

TEST_CASE("the terminal tells of its focus, as no key does") {
  CHECK(keys_of("a\x1b[Ib\x1b[O") == "a focus_here b focus_lost ");
  CHECK(keys_of("\x1b[1I\x1b[1;5O\x1bOI") == "- - - ");
}

TEST_CASE("a sequence that is broken off ends there") {
  CHECK(keys_of("\x1b[1;\x1b[D") == "- left ");
  CHECK(keys_of("\x1b[12\r") == "- enter ");
  CHECK(keys_of("\x1b[1\xc3\xa9").starts_with("- "));
}

TEST_CASE("Enter is a key, Ctrl-J and Enter with Alt, Shift or Ctrl are another") {
  CHECK(keys_of("\r\n\x1b\r\x1b[13;2u\x1b[27;2;13~") == "enter new_line new_line new_line new_line ");
}

TEST_CASE("Escape alone, and a sequence that never ends, are over after a while") {
  KeyDecoder decoder;
  decoder.feed("\x1b");
  CHECK(drain(decoder).empty());
  CHECK(decoder.patience() == KeyDecoder::sequence_timeout);
  decoder.give_up();
  CHECK(drain(decoder) == "cancel ");
  decoder.feed("\x1b[12");
  CHECK(drain(decoder).empty());
  decoder.give_up();
  CHECK(drain(decoder) == "- ");
  decoder.feed("a");
  CHECK(drain(decoder) == "a ");
}

TEST_CASE("of a sequence that is longer than any key nothing is kept, and nothing becomes text") {
  for (const std::string begin : {"\x1b[", "\x1bO", "\x1b]", "\x1bP"}) {
    CAPTURE(begin);
    KeyDecoder decoder;
    decoder.feed(begin);
    for (int i = 0; i < 100; ++i) {
      decoder.feed(std::string(1000, '1'));
      CHECK(drain(decoder).empty());
      CHECK(decoder.held_bytes() < 10'000);
    }
    decoder.feed(begin == "\x1b]" || begin == "\x1bP" ? "\a" : "A");
    decoder.feed("a");
    CHECK(drain(decoder) == "- a ");
    decoder.feed("\x1b[A");
    CHECK(drain(decoder) == "up ");
  }
}

TEST_CASE(
    "a paste is one key: tabs and blank lines are kept, every line end is one, nothing else can do harm") {
  CHECK(keys_of("\x1b[200~one\r\n\r\ttwo\rthree\x1b[201~\r") == "paste(one\n\n\ttwo\nthree) enter ");
  CHECK(keys_of("\x1b[200~a\x1b[31mb\a\x7f\xc2\x9b"
                "c\xff\x1b[201~") == "paste(a[31mbc) ");
  CHECK(keys_of("\x1b[200~\x1b[201\x1b[201~") == "paste([201) ");
  CHECK(keys_of("\x1b[200~caf\xc3\xa9\x1b[201~") == "paste(caf\xc3\xa9) ");
}

TEST_CASE("a paste is bounded, and so is the wait for its end") {
  KeyDecoder decoder;
  decoder.feed("\x1b[200~" + std::string(KeyDecoder::max_paste_bytes, 'x') + "\x1b[201~");
  auto key = decoder.next();
  REQUIRE(key);
  CHECK(key->text.size() == KeyDecoder::max_paste_bytes);
  CHECK_FALSE(key->too_long);
  decoder.feed("\x1b[200~" + std::string(KeyDecoder::max_paste_bytes + 1, 'x') + "\x1b[201~");
  key = decoder.next();
  REQUIRE(key);
  CHECK(key->too_long);
  decoder.feed("\x1b[200~half");
  CHECK(drain(decoder).empty());
  CHECK(decoder.patience() == KeyDecoder::paste_timeout);
  decoder.give_up();
  CHECK(drain(decoder) == "paste(half) ");
  CHECK_FALSE(decoder.patience());
}
