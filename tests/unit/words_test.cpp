#include "protocol/words.hpp"

#include <doctest/doctest.h>

namespace parley {
namespace {

TEST_CASE("only what the caller takes for a blank is one") {
  CHECK(trim("  a b  ", is_space) == "a b");
  CHECK(trim(" \ta \r", is_space) == "\ta \r");
  CHECK(trim(" \ta b\t\r ", is_blank) == "a b");
  CHECK(trim(" a \n", is_blank) == "a \n");
  CHECK(trim("\n a \r\n", is_blank_or_line_end) == "a");
}

TEST_CASE("texts of nothing but blanks, and of nothing, are trimmed to nothing") {
  CHECK(trim("   ", is_space).empty());
  CHECK(trim("", is_space).empty());
  CHECK(trim_front("   ", is_space).empty());
  CHECK(trim_front("  a  ", is_space) == "a  ");
}

TEST_CASE("a word ends at the first blank, which is taken away with it, and no other") {
  using Parts = std::pair<std::string_view, std::string_view>;
  CHECK(split_word("one two three", is_space) == Parts("one", "two three"));
  CHECK(split_word("one  two", is_space) == Parts("one", " two"));
  CHECK(split_word("one\ttwo", is_space) == Parts("one\ttwo", ""));
  CHECK(split_word("one\ttwo", is_blank) == Parts("one", "two"));
  CHECK(split_word(" one", is_space) == Parts("", "one"));
  CHECK(split_word("one", is_space) == Parts("one", ""));
  CHECK(split_word("one ", is_space) == Parts("one", ""));
  CHECK(split_word("", is_space) == Parts("", ""));
}

TEST_CASE("a prefix is as long as its characters are of the kind") {
  CHECK(prefix_length("0123456789:", is_digit) == 10);
  CHECK(prefix_length("/0", is_digit) == 0);
  CHECK(prefix_length("42", is_digit) == 2);
}

}  // namespace
}  // namespace parley
