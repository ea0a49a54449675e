// Where a line stands in rows of so many columns.

#include <doctest/doctest.h>

#include <clocale>
#include <string>

#include "client/line_layout.hpp"

using namespace parley::client;

namespace {

/// The rows, each ended by "/", and the cursor's place.
std::string laid_out(const std::string& prompt, const std::string& line, std::size_t columns,
                     std::size_t cursor = std::string::npos) {
  REQUIRE(std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr);
  const Layout layout = lay_out(prompt, line, cursor, columns, ". ");
  std::string out;
  for (const auto& row : layout.rows) out += row.text + "/";
  return out + std::to_string(layout.cursor.row) + "," + std::to_string(layout.cursor.column);
}

}  // namespace

TEST_CASE("a line is cut where the row ends; behind a full row the cursor is in the next") {
  CHECK(laid_out("a> ", "", 10) == "a> /0,3");
  CHECK(laid_out("a> ", "123456", 10) == "a> 123456/0,9");
  CHECK(laid_out("a> ", "1234567", 10) == "a> 1234567//1,0");
  CHECK(laid_out("a> ", "12345678", 10) == "a> 1234567/8/1,1");
  CHECK(laid_out("a> ", "12345678", 10, 0) == "a> 1234567/8/0,3");
  CHECK(laid_out("a> ", "12345678", 10, 7) == "a> 1234567/8/1,0");
  CHECK(laid_out("a long name> ", "x", 5) == "a lon/g nam/e> x/2,4");
}

TEST_CASE("a wide character goes to the next row whole") {
  CHECK(laid_out("a> ", "日本", 8) == "a> 日本/0,7");
  CHECK(laid_out("a> ", "日本語", 8) == "a> 日本/語/1,2");
  CHECK(laid_out("a> ", "日本語", 8, 6) == "a> 日本/語/1,0");
  CHECK(laid_out("", "日", 1) == "日//1,0");
}

TEST_CASE("a cluster is as wide as its code points, and never cut") {
  const std::string accent = "e\xcc\x81";
  CHECK(laid_out("", accent + accent + "x", 5) == accent + accent + "x/0,3");
  const std::string family = "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9";
  CHECK(column_count(family) == 4);
  CHECK(laid_out("ab", family, 5) == "ab/" + family + "/1,4");
}

TEST_CASE("a row tells whether terminals may not agree on its width, and what stands before the cursor") {
  REQUIRE(std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr);
  const std::string accent = "e\xcc\x81";
  const Layout layout = lay_out("日> ", "1234" + accent + "6", 7, 6, "");
  REQUIRE(layout.rows.size() == 2);
  CHECK_FALSE(layout.rows[0].joined);
  CHECK(layout.rows[1].joined);
  CHECK(layout.cursor == Position{1, 3});
  CHECK(layout.rows[1].text.substr(0, layout.cursor_bytes) == "34" + accent);
}

TEST_CASE("a line end begins a row with a gutter, and shows as one behind a full row, too") {
  CHECK(laid_out("> ", "one\ntwo", 10) == "> one/. two/1,5");
  CHECK(laid_out("> ", "one\ntwo", 10, 3) == "> one/. two/0,5");
  CHECK(laid_out("> ", "one\ntwo", 10, 4) == "> one/. two/1,2");
  CHECK(laid_out("> ", "one\n", 10) == "> one/. /1,2");
  CHECK(laid_out("> ", "123\nx", 5) == "> 123/. x/1,3");
  CHECK(laid_out("> ", "\n\n", 5) == "> /. /. /2,2");
}

TEST_CASE("a tab goes to the next eighth column; colours take no room") {
  CHECK(laid_out("> ", "\tx", 20) == ">       x/0,9");
  CHECK(laid_out("> ", "12345678\tx", 12) == "> 12345678  /x/1,1");
  CHECK(laid_out("\x1b[1;32ma\x1b[0m> ", "x", 10) == "\x1b[1;32ma\x1b[0m> x/0,4");
  CHECK(column_count("\x1b[1;32m日\x1b[0m> ") == 4);
}

TEST_CASE("notices are wrapped at blanks, as they are indented") {
  CHECK(wrap_at_blanks("one two three", 20) == "one two three");
  CHECK(wrap_at_blanks("one two three", 7) == "one two\r\nthree");
  CHECK(wrap_at_blanks("  one two three", 9) == "  one two\r\n  three");
  CHECK(wrap_at_blanks("\x1b[2m  one two three\x1b[0m", 9) == "\x1b[2m  one two\r\n  three\x1b[0m");
  CHECK(wrap_at_blanks("a 123456789 b", 5) == "a\r\n123456789\r\nb");
  CHECK(wrap_at_blanks("a  b   c", 4) == "a  b\r\nc");
  CHECK(wrap_at_blanks("", 5).empty());
  CHECK(wrap_at_blanks("   ", 2) == "   ");
}

TEST_CASE("a row count is sure unless a row may end elsewhere at another terminal") {
  REQUIRE(std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr);
  const std::string accent = "e\xcc\x81";
  CHECK(sure_row_count("12345678901", 10) == 2);
  CHECK(sure_row_count("123" + accent, 10) == 1);
  CHECK(sure_row_count("123" + accent + "1234567890", 10) == std::nullopt);
}

TEST_CASE("the rows of a printed line") {
  REQUIRE(std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr);
  CHECK(row_count("", 10) == 1);
  CHECK(row_count("1234567890", 10) == 1);
  CHECK(row_count("12345678901", 10) == 2);
  CHECK(row_count("\x1b[2m1234567890\x1b[0m", 10) == 1);
}
