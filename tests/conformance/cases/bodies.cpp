// Bodies of every kind, which arrive as they were sent: D6, F2.1, L2.1.
#include "tests/conformance/cases/tables.hpp"
#include "tests/support/every_byte.hpp"

namespace parley::conform {
namespace {

/// Letters chosen by chance: no byte of them is special anywhere.
std::string random_letters(Trial& t, std::size_t count) {
  std::string letters(count, 'a');
  for (char& letter : letters) letter = static_cast<char>('a' + t.random()() % 26);
  return letters;
}

void deliver_body(Trial& t, const std::string& body) {
  const Pair p(t);
  t.exchange(p.alice, p.bob, body);
  t.exchange(p.alice, p.bob);
}

}  // namespace

std::vector<Case> body_cases() {
  const std::string_view text_not_bytes = "The body is read, kept or written as text instead of as bytes.";
  const std::string_view stops_early =
      "The body is read up to a newline or a NUL, or with one call of recv, instead of as many bytes as its "
      "length says.";
  return {
      {"D6.2-empty",
       "an empty message",
       {delivers},
       "A length of 0 is taken for a missing one, or recv is asked for 0 bytes and its answer for the end.",
       [](Trial& t) { deliver_body(t, ""); }},
      {"D6.3-one-byte",
       "a message of one byte",
       {delivers},
       stops_early,
       [](Trial& t) { deliver_body(t, "x"); }},
      {"D6.3-newlines",
       "a message of several lines, with blank lines and double blanks",
       {"F2.7-blank-lines"},
       stops_early,
       [](Trial& t) { deliver_body(t, "one\n\ntwo  three\r\n\r\n four\n"); }},
      {"D6.3-looks-like-a-request",
       "a message that looks like a request",
       {"F2.7-blank-lines"},
       stops_early,
       [](Trial& t) { deliver_body(t, "SEND bob\nContent-length: 3\n\nhey"); }},
      {"D6.3-every-byte",
       "a message of every byte from 0 to 255",
       {delivers, "F2.7-blank-lines"},
       text_not_bytes,
       [](Trial& t) { deliver_body(t, test::every_byte()); }},
      {"D6.3-nul",
       "a message with NUL bytes",
       {delivers},
       text_not_bytes,
       [](Trial& t) { deliver_body(t, std::string("a\0b\0\0c", 6)); }},
      {"F2.1-utf8",
       "a message in UTF-8: its length is in bytes",
       {delivers},
       "Content-length counts characters instead of bytes.",
       [](Trial& t) { deliver_body(t, "Gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80"); }},
      {"L2.1-page",
       "a message of 5,000 bytes",
       {delivers},
       "The body is larger than the buffer that it is read into.",
       [](Trial& t) { deliver_body(t, random_letters(t, 5'000)); }},
      {"L2.1-longest",
       "a message of 65,536 bytes",
       {"L2.1-page"},
       "The body is read with one call of recv, or is larger than the buffer.",
       [](Trial& t) { deliver_body(t, random_letters(t, 65'536)); }},
  };
}

}  // namespace parley::conform
