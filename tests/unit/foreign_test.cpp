#include "protocol/foreign.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace parley;

TEST_CASE("OD9 each dialect's first bytes are known") {
  CHECK(foreign_dialect("REGISTER TOSEND alice\n\n") == "two-socket");
  CHECK(foreign_dialect("REGISTER TORECV alice\n\n") == "two-socket");
  CHECK(foreign_dialect("AUTH,3\nbob\n") == "livecode");
  CHECK(foreign_dialect("mesg,5") == "livecode");
  CHECK(foreign_dialect("06NAME A") == "names");
  CHECK(foreign_dialect("009GET_NAMES") == "names");
  CHECK(foreign_dialect("04EXIT") == "names");
  CHECK(foreign_dialect(R"({"type": "connect"})") == "rooms");
  CHECK(foreign_dialect("{\n  \"type\"") == "rooms");
  CHECK(foreign_dialect("{  \"") == "rooms");
  CHECK(foreign_dialect("GET / HTTP/1.1\r\n") == "HTTP");
}

TEST_CASE("OD9 what a person may type, and what is too little to tell, is nobody's") {
  for (const auto text :
       {"", "bob", "REGISTER", "REGISTER TOSEND", "AUTH,", "AUTH, 3", "AUTHOR,3", "06", "06NAM", "NAME A",
        "7up", "{", "{ ", "{x}", "GET / HTTP/1.1", "hello\nHTTP/", "/quit\r\n", "\xff\xfb\x01"})
    CHECK_MESSAGE(foreign_dialect(text).empty(), text);
}

TEST_CASE("OD9 the sentence fits the narrowest dialect's frame, whoever meets whom") {
  for (const auto port : {"two-socket", "livecode", "names", "telnet", "rooms"})
    for (const auto client : {"two-socket", "livecode", "names", "rooms", "HTTP"}) {
      const std::string sentence = wrong_port_sentence(port, client);
      CHECK(sentence.size() <= 99);
      CHECK(sentence.find(port) != std::string::npos);
      CHECK(sentence.find(client) != std::string::npos);
    }
}
