#include "protocol/service.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "protocol/text.hpp"

namespace parley::service {
namespace {

using Kind = Command::Kind;

TEST_CASE("SV1: questions, whatever the case of their letters and the blanks around their words") {
  const auto kind_of = [](std::string_view question) { return parse(question).kind; };
  CHECK(kind_of("help") == Kind::help);
  CHECK(kind_of(" \t Who\r\n") == Kind::who);
  CHECK(kind_of("notices on") == Kind::notices_on);
  CHECK(kind_of("NOTICES   Off") == Kind::notices_off);
  CHECK(kind_of("version\n") == Kind::version);
  CHECK(kind_of("features") == Kind::features);
  CHECK(parse("Features  audience none ").argument == "audience none");
  CHECK(kind_of("whois bob") == Kind::whois);
  CHECK(parse("whois  \xc5\x81ukasz ").argument == "\xc5\x81ukasz");
}

TEST_CASE("SV1: everything else is unknown, by its first word") {
  for (const std::string_view question : {"whoami", "who bob", "whois", "whois bob carol", "notices",
                                          "notices maybe", "help me", "version 2"}) {
    CAPTURE(question);
    const auto command = parse(question);
    CHECK(command.kind == Kind::unknown);
    CHECK(command.argument == question.substr(0, question.find(' ')));
  }
  CHECK(parse("").argument.empty());
  CHECK(parse(std::string_view("\0", 1)).kind == Kind::unknown);
}

TEST_CASE("SV1: what was asked comes back printable, and short") {
  CHECK(to_unknown("nick") == "unknown command: nick; help lists them");
  CHECK(to_unknown("\x1b[31m") == "unknown command: \\x1b[31m; help lists them");
  CHECK(to_unknown(std::string(70'000, 'x')) ==
        "unknown command: " + std::string(32, 'x') + "; help lists them");
  for (const std::string_view unit : {"\xff", "\x01", "\xe2\x80\xae", "\xe2\x82\xac", "a\xe2\x82\xac"}) {
    std::string word;
    while (word.size() < 100) word += unit;
    CHECK(is_printable(to_unknown(word)));
    CHECK(to_unknown(word).size() <= 17 + 32 + 18);
    CHECK(is_printable(to_whois(word, std::nullopt)));
  }
}

TEST_CASE("SV1: who is there") {
  constexpr std::int64_t since_s = 1'795'725'065;
  const std::vector<Presence> users = {{"alice", "two-socket", "General", since_s},
                                       {"bob", "telnet", "The Den", 915'235'200},
                                       {"eve", "rooms", "", since_s}};
  CHECK(to_part(2, 3, 120, users) ==
        "who 2/3, 120 here\n"
        "alice two-socket General 2026-11-26T20:31:05Z\n"
        "bob telnet The Den 1999-01-02T00:00:00Z\n"
        "eve rooms - 2026-11-26T20:31:05Z");
  CHECK(to_part(1, 1, 0, {}) == "who 1/1, 0 here");
  CHECK(to_whois("ALICE", users[0]) == "whois alice: two-socket, room General, since 2026-11-26T20:31:05Z");
  CHECK(to_whois("x", users[2]) == "whois eve: rooms, since 2026-11-26T20:31:05Z");
  CHECK(to_whois("carol", std::nullopt) == "whois carol: not here");
}

TEST_CASE("SV1: days at the ends of months and years") {
  const auto time_of = [](std::int64_t since_s) {
    const std::string text = to_whois("x", Presence{"x", "rooms", "", since_s});
    return text.substr(text.size() - 20);
  };
  CHECK(time_of(0) == "1970-01-01T00:00:00Z");
  CHECK(time_of(951'782'399) == "2000-02-28T23:59:59Z");
  CHECK(time_of(951'782'400) == "2000-02-29T00:00:00Z");
  CHECK(time_of(951'868'800) == "2000-03-01T00:00:00Z");
  CHECK(time_of(1'109'635'200) == "2005-03-01T00:00:00Z");
  CHECK(time_of(1'798'761'599) == "2026-12-31T23:59:59Z");
  CHECK(time_of(4'107'542'400) == "2100-03-01T00:00:00Z");
}

TEST_CASE("SV1: SERVER in any case, and nothing that begins so") {
  CHECK(is_service_name("SERVER"));
  CHECK(is_service_name("server"));
  CHECK_FALSE(is_service_name("SERVER1"));
  CHECK_FALSE(is_service_name(""));
}

TEST_CASE("SV4: a word among others") {
  CHECK(has_word("audience", "audience"));
  CHECK(has_word("typing  AUDIENCE", "audience"));
  CHECK_FALSE(has_word("audiences", "audience"));
  CHECK_FALSE(has_word("", "audience"));
}

}  // namespace
}  // namespace parley::service
