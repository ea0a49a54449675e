// A line that is being typed: characters are what their users take for one.

#include <doctest/doctest.h>

#include <string>

#include "client/graphemes.hpp"
#include "client/line_buffer.hpp"

using namespace parley::client;

namespace {

LineBuffer line_of(const std::string& text) {
  LineBuffer line;
  line.set(text);
  return line;
}

/// The text with the cursor in it.
std::string shown(const LineBuffer& line) {
  return line.text().substr(0, line.cursor()) + "|" + line.text().substr(line.cursor());
}

}  // namespace

TEST_CASE("a cluster is moved over and erased whole") {
  for (const std::string cluster : {
           "x",
           "e\xcc\x81",                                                                 // e and an accent
           "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7",  // a family, joined
           "\xe2\x9d\xa4\xef\xb8\x8f",              // a heart as an emoji: VS16
           "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa",      // a flag
           "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd",      // a thumb with its skin's colour
           "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab",  // Hangul in its parts
       }) {
    CAPTURE(cluster);
    LineBuffer line = line_of("a" + cluster + cluster + "b");
    line.left();
    line.left();
    CHECK(shown(line) == "a" + cluster + "|" + cluster + "b");
    line.erase_before();
    CHECK(shown(line) == "a|" + cluster + "b");
    line.right();
    CHECK(shown(line) == "a" + cluster + "|b");
    line.left();
    line.erase_behind();
    CHECK(shown(line) == "a|b");
  }
}

TEST_CASE("flags in a row are pairs from the line's beginning on") {
  const std::string flag = "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa";
  LineBuffer line = line_of(flag + flag + flag);
  line.erase_before();
  CHECK(shown(line) == flag + flag + "|");
}

TEST_CASE("what is typed joins what stands there; the cursor never stands inside a cluster") {
  LineBuffer line = line_of("e");
  CHECK(line.insert("\xcc\x81"));
  CHECK(shown(line) == "e\xcc\x81|");
  line = line_of("\xcc\x81x");
  line.home();
  CHECK(line.insert("e"));
  CHECK(shown(line) == "e\xcc\x81|x");
}

TEST_CASE("nor behind what is erased, nor at the end of a word") {
  const std::string accent = "\xcc\x81";
  LineBuffer line = line_of("ex" + accent + accent + "y");
  line.home();
  line.right();
  line.erase_behind();  // what is left of the x is nothing
  CHECK(shown(line) == "e|y");
  const std::string left = "\xf0\x9f\x87\xa9";  // two halves of a flag
  const std::string right = "\xf0\x9f\x87\xaa";
  line = line_of(left + "-" + right);
  line.left();
  line.erase_before();
  CHECK(shown(line) == left + right + "|");
  line = line_of("a -" + accent + " b");
  line.word_left();
  line.word_left();
  CHECK(shown(line) == "a |-" + accent + " b");
  line = line_of("one " + accent + "two");
  line.erase_blank_word_before();
  CHECK(shown(line) == "one|");
}

TEST_CASE("words") {
  LineBuffer line = line_of("@bob one-two  caf\xc3\xa9");
  line.word_left();
  CHECK(shown(line) == "@bob one-two  |caf\xc3\xa9");
  line.word_left();
  CHECK(shown(line) == "@bob one-|two  caf\xc3\xa9");
  line.erase_word_before();
  CHECK(shown(line) == "@bob |two  caf\xc3\xa9");
  line.word_right();
  CHECK(shown(line) == "@bob two|  caf\xc3\xa9");
  line.erase_word_behind();
  CHECK(shown(line) == "@bob two|");
  line.erase_blank_word_before();
  line.erase_blank_word_before();
  CHECK(shown(line) == "|");
  CHECK(line.put_back());
  CHECK(shown(line) == "@bob |");
}

TEST_CASE("what was taken can be put back") {
  LineBuffer line = line_of("one two");
  line.word_left();
  line.erase_to_end();
  line.home();
  CHECK(line.put_back());
  CHECK(shown(line) == "two|one ");
  line.erase_to_beginning();
  CHECK(shown(line) == "|one ");
  line.erase_to_beginning();  // nothing is taken, and nothing forgotten
  CHECK(line.put_back());
  CHECK(shown(line) == "two|one ");
}

TEST_CASE("at its ends nothing moves or goes; a line has a bound") {
  LineBuffer line;
  line.left();
  line.right();
  line.erase_before();
  line.erase_behind();
  line.word_left();
  line.word_right();
  CHECK(shown(line) == "|");
  CHECK(line.insert(std::string(LineBuffer::max_text_bytes, 'x')));
  CHECK_FALSE(line.insert("x"));
  CHECK(line.text().size() == LineBuffer::max_text_bytes);
}

TEST_CASE("bytes that are not UTF-8 are a cluster each") {
  CHECK(cluster_length("\xff\xfe") == 1);
  CHECK(cluster_length("a\xff") == 1);
  CHECK(cluster_before("a\xff\xfe", 3) == 2);
  CHECK(first_code_point("\xff") == U'\xFFFD');
  CHECK(to_utf8(U'\xd800').empty());
}
