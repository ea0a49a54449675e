// parley at a terminal that is not UTF-8: what is typed there and what is shown.

#include <doctest/doctest.h>

#include <string>

#include "tests/integration/terminal_chat.hpp"
#include "tests/integration/terminal_stage.hpp"
#include "tests/support/parleyd.hpp"

namespace parley::test {
namespace {

bool has_8_bit_byte(std::string_view bytes) {
  for (const char byte : bytes)
    if (static_cast<unsigned char>(byte) >= 0x80) return true;
  return false;
}

TEST_CASE("at an 8-bit terminal text is converted both ways, and what it has no character for is escaped") {
  TemporaryDirectory locales;
  const std::string path = locales.path().string();
  if (!make_latin1_locale(path)) {
    MESSAGE("skipped: localedef cannot make de_DE.ISO-8859-1 here");
    return;
  }
  Chat chat({"--no-color"}, {"LOCPATH=" + path, "LC_ALL=de_DE.ISO-8859-1"});
  const std::size_t before = chat.terminal.bytes().size();
  chat.session.forward("bob",
                       "caf\xc3\xa9 \xc5\x9b"
                       "31m \xf0\x9f\x99\x82");
  chat.terminal.wait_for_bytes("caf\xe9 \\u{015b}31m \\u{1f642}");
  chat.terminal.type("@bob caf\xe8\x7f\xe9 \xfc\r");
  chat.session.expect_send("bob", "caf\xc3\xa9 \xc3\xbc");
  chat.terminal.wait_for_bytes("bob: caf\xe9 \xfc +");
  chat.terminal.type("@bob \x1b[200~na\xefve\x1b[201~\r");
  chat.session.expect_send("bob", "na\xc3\xafve");
  CHECK(chat.terminal.bytes().find('\x9b', before) == std::string::npos);
}

TEST_CASE("where the environment names an encoding whose locale is not there, nothing but ASCII is written") {
  Chat chat({}, {"LC_ALL=xx_XX.KOI8-R"});
  const std::size_t before = chat.terminal.bytes().size();
  chat.session.forward("bob", "caf\xc3\xa9");
  chat.terminal.wait_for_bytes("caf\\u{00e9}");
  chat.terminal.type("@bob plain\r");
  chat.session.expect_send("bob", "plain");
  chat.terminal.wait_for_bytes("plain \x1b[32m+");
  CHECK_FALSE(has_8_bit_byte(chat.terminal.bytes().substr(before)));
}

TEST_CASE("where it names none, the terminal is UTF-8") {
  for (const auto* const none : {"LC_ALL=C", "LC_ALL=", "LC_ALL=en_US.UTF-8"}) {
    CAPTURE(none);
    Chat chat({"--no-color"}, {none, "LANG=", "LC_CTYPE="});
    chat.session.forward("bob", "caf\xc3\xa9");
    chat.terminal.wait_for_screen("bob: caf\xc3\xa9");
  }
}

}  // namespace
}  // namespace parley::test
