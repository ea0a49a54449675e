#include "protocol/password.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

#include "protocol/input_buffer.hpp"
#include "protocol/two_socket_parser.hpp"

namespace parley {
namespace {

using namespace std::string_literals;

TEST_CASE("OD13.2: what can be a password") {
  for (const std::string& password : {"x"s, "two words"s,
                                      "s\xc3\xa9"
                                      "same"s,
                                      "100%"s, "12345"s, std::string(max_password_bytes, 'x')})
    CHECK(check_password(password) == PasswordFault::none);
}

TEST_CASE("OD13.2: what cannot, and why") {
  const std::pair<std::string, PasswordFault> faults[] = {
      {"", PasswordFault::empty},
      {std::string(max_password_bytes + 1, 'x'), PasswordFault::too_long},
      {"caf\xe9", PasswordFault::not_utf8},
      {"\xed\xa0\x80", PasswordFault::not_utf8},
      {"a\0b"s, PasswordFault::control},
      {"a\nb", PasswordFault::control},
      {"a\tb", PasswordFault::control},
      {"a\x7f", PasswordFault::control},
      {"a\xc2\x85", PasswordFault::control},
      {" a", PasswordFault::outer_blank},
      {"a ", PasswordFault::outer_blank},
  };
  for (const auto& wrong : faults) {
    CAPTURE(wrong.first);
    CHECK(check_password(wrong.first) == wrong.second);
    CHECK_FALSE(password_sentence(wrong.second).empty());
  }
}

TEST_CASE("R8.1: a password is one word, and comes back as it was") {
  CHECK(to_password_word("secret").text() == "secret");
  CHECK(to_password_word("a b%").text() == "a%20b%25");
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  const Secret word = to_password_word(every_byte);
  for (const char c : word.text()) CHECK((c > ' ' && c < '\x7f'));
  CHECK(from_password_word(word.text())->text() == every_byte);
  CHECK(from_password_word("%c3%A9")->text() == "\xc3\xa9");
  CHECK(from_password_word("")->is_empty());
}

TEST_CASE("R8.1: a percent sign stands before two hexadecimal digits") {
  for (const std::string_view word : {"%", "a%", "a%2", "%2g", "%g2", "%%41", "% 2", "%+1"}) {
    CAPTURE(word);
    CHECK_FALSE(from_password_word(word));
  }
}

TEST_CASE("OD13.7: no log shows what may be a password") {
  using namespace two_socket;
  const auto described = [](std::string_view bytes) {
    Parser parser(Side::client, {});
    parser.feed(bytes);
    return describe(parser.next(), 99);
  };
  CHECK(described("REGISTER TOSEND alice secret\n\n") == "REGISTER TOSEND alice ...");
  CHECK(described("REGISTER TOSEND alice\n\n") == "REGISTER TOSEND alice");
  for (const std::string_view line :
       {"REGISTER TOSND alice secret\n\n", "REGISTER alice secret\n\n", "register tosend alice secret\n\n",
        "Registre TOSEND alice secret\n\n", "REGISTER  secret\n\n"}) {
    CAPTURE(line);
    CHECK(described(line).find("secret") == std::string::npos);
  }
  CHECK(described("HELLO there\n\n") == "unknown request: HELLO there");
}

TEST_CASE("what was consumed can be overwritten, and what is pending stays") {
  InputBuffer buffer;
  buffer.append("secret, and more");
  const char* const memory = buffer.pending().data();
  buffer.consume(6);
  buffer.wipe_consumed();
  CHECK(std::string_view(memory, 6) == std::string_view("\0\0\0\0\0\0", 6));
  CHECK(buffer.pending() == ", and more");
  buffer.wipe(5);
  CHECK(std::string_view(memory, 11) == std::string_view("\0\0\0\0\0\0\0\0\0\0\0", 11));
  CHECK(buffer.pending() == " more");
}

TEST_CASE("a secret that is moved or wiped leaves nothing behind") {
  Secret first{std::string_view("short")};
  const Secret second(std::move(first));
  CHECK(second.text() == "short");
  std::string text = "a text of more bytes than a string has room for itself";
  const char* const memory = text.data();
  wipe(text);
  CHECK(text.empty());
  CHECK(std::string_view(memory, 6) == std::string_view("\0\0\0\0\0\0", 6));
}

}  // namespace
}  // namespace parley
