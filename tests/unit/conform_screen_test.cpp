#include <doctest/doctest.h>
#include <sys/resource.h>

#include <functional>
#include <random>
#include <string>
#include <string_view>

#include "tests/conformance/process/client_screen_text.hpp"
#include "tests/support/screen.hpp"

namespace parley::conform {
namespace {

using test::Screen;

std::string shown_text(std::string_view bytes) {
  ScreenText whole;
  whole.feed(bytes);
  ScreenText pieces;
  for (const char byte : bytes) pieces.feed({&byte, 1});
  CHECK(pieces.text() == whole.text());
  return whole.text();
}

TEST_CASE("the text of a terminal is without escape sequences and control characters") {
  CHECK(shown_text("one\r\ntwo\rthree\n\tfour\b\a") == "one\ntwo\nthree\n\tfour");
  CHECK(shown_text("\x1b[1;31mred\x1b[0m \x1b(B\x1b[?2004h\x1b=caf\xc3\xa9\x1b[K") == "red caf\xc3\xa9");
  CHECK(shown_text("\x1b]0;title\aa\x1b]0;title\x1b\\b\x1bP1$r0m\x1b\\c") == "abc");
  CHECK(shown_text("\x1b_one\x1b\\a\x1b^two\x1b\\b\x1bXthree\x1b\\c") == "abc");
  CHECK(shown_text("\x80\xff\xc3 \x9b") == "\x80\xff\xc3 \x9b");
}

TEST_CASE("a sequence without its end hides no more than its line") {
  for (const std::string_view begin : {"\x1b]0;title", "\x1bPdata", "\x1b_data", "\x1b[12;", "\x1b"})
    CHECK(shown_text("before" + std::string(begin) + "\nbehind") == "before\nbehind");
}

/// So many bytes of what this makes, or a little more.
std::string repeated(std::size_t size, const std::function<std::string()>& make) {
  std::string bytes;
  while (bytes.size() < size) bytes += make();
  return bytes;
}

long peak_memory_kibibytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST_CASE("hostile output neither breaks the screen nor makes it grow") {
  constexpr std::size_t shown_bytes = 32 * 1024;
  constexpr std::size_t kept_bytes = 256 * 1024;
  [[maybe_unused]] constexpr long most_growth_kibibytes = 32 * 1024;
  std::mt19937 random(1);
  const auto number = [&] { return std::to_string(random() % 2 == 0 ? random() % 120 : random()); };
  const std::function<std::string()> kinds[] = {
      [] { return "\x1b#8\x1b[49S"; },  // all of it, and out at the top
      [] { return "\x1b[2147483647S\x1b[99999999999999999999B\x1b[2147483647L\x1bM"; },
      [] { return "\x1b[8;65000;65000t\x1b[?3h\x1b[?1049h\x1b[?1049l"; },
      [] { return "\x1b]0;"; },
      [] { return "\x1bP"; },
      [] { return "A\x1b[65535b\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81"; },
      [] { return "\x1b[6n\x1b[c\x1b[?6n"; },  // questions to the terminal
      [&] { return std::string(1, static_cast<char>(random())); },
      [&] {
        return "\x1b[" + number() + ';' + number() + static_cast<char>('@' + random() % 63) +
               static_cast<char>(random());
      },
  };
  [[maybe_unused]] const long before_kibibytes = peak_memory_kibibytes();
  for (const auto& kind : kinds) {
    ScreenText text;
    text.feed(repeated(kept_bytes, kind));
    text.feed("\nthe end");
    CHECK(text.last_line() == "the end");
    Screen screen(50, 99);
    screen.feed(repeated(shown_bytes, kind));
    screen.feed("\x18\x1b[?1049l\x1b[r\x1b[H\x1b[Jthe end");
    CHECK(screen.text().find("the end\n") != std::string::npos);
  }
#ifndef __SANITIZE_ADDRESS__  // which gives no memory back
  CHECK(peak_memory_kibibytes() - before_kibibytes < most_growth_kibibytes);
#endif
}

}  // namespace
}  // namespace parley::conform
