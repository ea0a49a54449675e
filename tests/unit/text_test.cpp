#include "protocol/text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace parley;
using namespace std::string_literals;

TEST_CASE("C5 text that cannot harm is kept") {
  for (const auto text :
       {"", "hello", " two  blanks ", "caf\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "a\\b\"c'",
        "\xc2\xa0", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbb\xbf"})
    CHECK(visible(text) == text);
}

TEST_CASE("C5.1 control characters become visible") {
  CHECK(visible("a\nb\tc\rd") == "a\\nb\\tc\\rd");
  CHECK(visible("\0"s) == "\\x00");
  CHECK(visible("\x1b[2J\a\b\x7f") == "\\x1b[2J\\x07\\x08\\x7f");
}

TEST_CASE("C5.1 C1 controls become visible, as bytes and as UTF-8") {
  for (int byte = 0x80; byte <= 0x9F; ++byte) {
    const char c = static_cast<char>(byte);
    const std::string hex{"89"[byte >= 0x90], "0123456789abcdef"[byte & 0xF]};
    CHECK(visible({&c, 1}) == "\\x" + hex);
    CHECK(visible("\xc2"s + c) == "\\xc2\\x" + hex);
  }
}

TEST_CASE("C5.1 whatever comes in, no control byte comes out") {
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second), 'x'};
      for (const char c : visible(text)) REQUIRE((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
    }
}

TEST_CASE("C5.2 bytes that are not UTF-8 become visible, and the rest is kept") {
  CHECK(visible("a\xff"
                "b") == "a\\xffb");
  CHECK(visible("a\x80\xc3\xa9") == "a\\x80\xc3\xa9");
  CHECK(visible("\xc3") == "\\xc3");
  CHECK(visible("\xe2\x82") == "\\xe2\\x82");
  CHECK(visible("\xf0\x9f\x98x") == "\\xf0\\x9f\\x98x");
  CHECK(visible("\xc0\x8a") == "\\xc0\\x8a");
}

TEST_CASE("C5 the beginning of a text, and whether there is more") {
  CHECK(visible_beginning("", 3).empty());
  CHECK(visible_beginning("a\nb", 3) == "a\\nb");
  CHECK(visible_beginning("a\nbc", 3) == "a\\nb...");
}

TEST_CASE("C5 characters that reorder text or break lines become visible") {
  CHECK(visible("\xe2\x80\xae") == "\\u{202e}");  // right-to-left override
  CHECK(visible("\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad") ==
        "\\u{202a}\\u{202b}\\u{202c}\\u{202d}");
  CHECK(visible("\xe2\x81\xa6\xe2\x81\xa9") == "\\u{2066}\\u{2069}");  // isolates
  CHECK(visible("\xe2\x80\xa8\xe2\x80\xa9") == "\\u{2028}\\u{2029}");  // line and paragraph separator
  CHECK(visible("\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c") == "\\u{200e}\\u{200f}\\u{061c}");
  // Their neighbours stay: zero-width joiner (emoji need it), hyphen, narrow no-break space, U+2065, U+206A.
  for (const auto text : {"\xe2\x80\x8d", "\xe2\x80\x90", "\xe2\x80\xaf", "\xe2\x81\xa5", "\xe2\x81\xaa"})
    CHECK(visible(text) == text);
}

TEST_CASE("a backslash is kept for reading and doubled for scripts") {
  CHECK(visible("a\\nb\n") == "a\\nb\\n");
  CHECK(visible("a\\nb\n", Backslash::double_) == "a\\\\nb\\n");
}

TEST_CASE("utf8_sequence_length at the edges of every length") {
  const auto length = [](std::string_view text) { return utf8_sequence_length(text); };
  CHECK(length("a") == 1);
  CHECK(length("\0"s) == 1);
  CHECK(length("\x7f") == 1);
  CHECK(length("\xc2\x80") == 2);
  CHECK(length("\xdf\xbf") == 2);
  CHECK(length("\xe0\xa0\x80") == 3);
  CHECK(length("\xed\x9f\xbf") == 3);
  CHECK(length("\xee\x80\x80") == 3);
  CHECK(length("\xef\xbf\xbf") == 3);
  CHECK(length("\xf0\x90\x80\x80") == 4);
  CHECK(length("\xf4\x8f\xbf\xbf") == 4);
  CHECK(length("\xc3\xa9more") == 2);
}

TEST_CASE("utf8_sequence_length refuses what RFC 3629 forbids") {
  for (const auto text : {"\x80",
                          "\xbf",  // a continuation byte alone
                          "\xc0\x80",
                          "\xc1\xbf",  // overlong, two bytes
                          "\xe0\x80\x80",
                          "\xe0\x9f\xbf",  // overlong, three bytes
                          "\xf0\x80\x80\x80",
                          "\xf0\x8f\xbf\xbf",  // overlong, four bytes
                          "\xed\xa0\x80",
                          "\xed\xbf\xbf",  // surrogates
                          "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80",
                          "\xff",  // beyond U+10FFFF
                          "\xc3",
                          "\xe2\x82",
                          "\xf0\x9f\x98",  // truncated
                          "\xc3z",
                          "\xe2\x82z",
                          "\xe2z\x82",
                          "\xf0\x9f\x98z",
                          "\xc3\xc3"})
    CHECK_MESSAGE(utf8_sequence_length(text) == 0, visible(text));
}

TEST_CASE("OD10 printable text is what shows as it is") {
  for (const auto text : {"", "hello", "two words", "caf\xc3\xa9", "a\\b"}) CHECK(is_printable(text));
  for (const auto text : {"a\nb", "\x1b[2J", "\x7f", "\xc2\x85", "\xff", "a\xe2\x80\xaetxt", "caf\xc3"})
    CHECK_FALSE(is_printable(text));
}

TEST_CASE("OD10 each byte that is not UTF-8 becomes U+FFFD, and the rest is kept") {
  CHECK(to_utf8("caf\xc3\xa9 \n\x1b") == "caf\xc3\xa9 \n\x1b");
  CHECK(to_utf8("\xff"
                "a\xc3") ==
        "\xef\xbf\xbd"
        "a\xef\xbf\xbd");
  CHECK(to_utf8("\xe2\x82") == "\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(to_utf8("\xed\xa0\x80").size() == 9);  // a surrogate
  CHECK(to_utf8("").empty());
}

TEST_CASE("OD10 line ends become spaces, CR LF one") {
  CHECK(to_one_line("a\nb\rc\r\nd") == "a b c d");
  CHECK(to_one_line("\n\n") == "  ");
  CHECK(to_one_line("\r\r\n") == "  ");
  CHECK(to_one_line("a\tb\0"s) == "a\tb\0"s);
}

TEST_CASE("OD10 a text is cut between code points, and every cut gets further") {
  CHECK(piece_length("hello", 3) == 3);
  CHECK(piece_length("hello", 5) == 5);
  CHECK(piece_length("hello", 9) == 5);
  CHECK(piece_length("a\xe2\x82\xac", 3) == 1);
  CHECK(piece_length("a\xe2\x82\xac", 4) == 4);
  CHECK(piece_length("\xe2\x82\xac", 1) == 3);  // at least one
  CHECK(piece_length("\xff\xff", 1) == 1);
}
