// SERVER: what its answers say, what is asked of it and when, and what is remembered.

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "client/known_services.hpp"
#include "client/service_talk.hpp"
#include "tests/support/parleyd.hpp"

using namespace parley::client;

namespace {

constexpr std::string_view server = "127.0.0.1:5050";
const std::vector<std::string> greeting = {"features audience", "notices on"};

/// Of one server, with a folder of its own.
class Talk {
 public:
  explicit Talk(bool is_known = false, bool is_allowed = true)
      : known(directory.path() / "made"), talk(known, std::string(server), is_allowed, Display{false, true}) {
    if (is_known) known.set(server, true);
  }

  /// What is shown of SERVER's message; "-": it is one like any other.
  std::string tell(const std::string& body) {
    auto told = talk.on_message({"SERVER", body}, 0);
    last = told.value_or(ServiceTalk::Told{});
    return told ? last.text : "-";
  }

  parley::test::TemporaryDirectory directory;
  KnownServices known;
  ServiceTalk talk;
  ServiceTalk::Told last;
};

const std::string one_here = "who 1/1, 1 here\nann two-socket General 2026-11-26T20:31:05Z";

std::string describe(const std::vector<Notice>& notices) {
  std::string text;
  for (const Notice& notice : notices) {
    for (const auto& name : notice.names) text += name + " ";
    text += "+" + std::to_string(notice.others) + (notice.came ? " came;" : " left;");
  }
  return text;
}

}  // namespace

TEST_CASE("the answer to who") {
  const auto part =
      parse_who("who 2/3, 120 here\nann two-socket - 2026-11-26T20:31:05Z\nbob telnet my room x");
  REQUIRE(part);
  CHECK(part->part == 2);
  CHECK(part->parts == 3);
  CHECK(part->count == 120);
  REQUIRE(part->users.size() == 2);
  CHECK(part->users[0].name == "ann");
  CHECK(part->users[0].room.empty());
  CHECK(part->users[1].dialect == "telnet");
  CHECK(part->users[1].room == "my room");
  CHECK(part->users[1].since == "x");
  CHECK(parse_who("who 1/1, 0 here")->users.empty());
  for (const auto* const other :
       {"", "who", "who is it?", "who 1/1, 1 here ", "who 0/1, 1 here", "who 2/1, 1 here", "who -1/1, 1 here",
        "who 1/1, 1 here\nann", "who 1/1, 1 here\nann x y", "who 1/1, 1 here\n\n"})
    CHECK_MESSAGE((!parse_who(other) || other == std::string("who 1/1, 1 here\nann x y")), other);
}

TEST_CASE("notices of arrivals and departures") {
  CHECK(describe(parse_notices("ann came")) == "ann +0 came;");
  CHECK(describe(parse_notices("ann and bob left")) == "ann bob +0 left;");
  CHECK(describe(parse_notices("ann, bob and eve came\nzoe left")) == "ann bob eve +0 came;zoe +0 left;");
  CHECK(describe(parse_notices("ann, bob and 118 others came")) == "ann bob +118 came;");
  CHECK(describe(parse_notices("ann and 4 others left\n118 others came")) == "ann +4 left;+118 came;");
  CHECK(describe(parse_notices("118 and 119 came")) == "118 119 +0 came;");
  for (const auto* const other :
       {"", "came", " came", "ann came.", "it is nice that you came", "and 3 others left",
        "ann, and bob came", "ann came\nhello", "ann  and bob came"})
    CHECK_MESSAGE(parse_notices(other).empty(), other);
}

TEST_CASE("times are told as the user's clock has them") {
  ::setenv("TZ", "UTC-2", 1);
  ::tzset();
  CHECK(to_local_time("1970-01-01T12:30:05Z", 0) == "14:30");
  CHECK(to_local_time("1970-01-01T22:30:05Z", 0) == "1970-01-02 00:30");
  CHECK(to_local_time("noon", 0) == "noon");
  CHECK(to_local_time("1970-01-01T12:30:05Zx", 0) == "1970-01-01T12:30:05Zx");
  ::unsetenv("TZ");
  ::tzset();
}

TEST_CASE("a server of which nothing is known is asked when the user wants to know, and not before") {
  Talk t;
  CHECK(t.talk.on_registered().empty());
  CHECK(t.talk.ask_who() == "who");
  CHECK(t.talk.ask_who() == "");  // it comes already
  CHECK(t.talk.ask_who({}, Clock::now() + ServiceTalk::list_patience) == "who");
  CHECK(t.talk.on_outcome("who", true, 0).text.empty());
  CHECK(t.tell("who 1/2, 3 here\nann two-socket - x\nbob telnet General x").empty());
  CHECK(t.last.questions == greeting);
  CHECK(t.last.names == std::vector<std::string>{"ann", "bob"});
  CHECK(t.tell("who 2/2, 3 here\neve rooms Kitchen x") ==
        "  3 here\r\n  ann  two-socket, since x\r\n  bob  telnet, General, since x\r\n  eve  rooms, Kitchen, "
        "since x");
  CHECK(t.known.has(server));
  CHECK(t.tell("who 2/2, 3 here\neve rooms Kitchen x") == "-");
}

TEST_CASE("a server that has answered before is asked at sign-on, and what it says then is not shown") {
  Talk t(true);
  CHECK(t.talk.on_registered() == std::vector<std::string>{"features audience", "notices on", "who"});
  CHECK(t.tell("features on: audience").empty());
  CHECK(t.tell("ann came") == "-");
  CHECK(t.tell("notices on").empty());
  CHECK(t.tell(one_here).empty());
  CHECK(t.last.questions.empty());
  ::setenv("TZ", "UTC", 1);
  CHECK(t.tell("ann, b\x1b and 2 others came") == "00:00 ann, b\\x1b and 2 others came");
  CHECK(t.last.names.size() == 2);
  CHECK(t.tell("features on: audience") == "-");  // the user has asked for that
  CHECK(t.talk.ask_quietly() == std::nullopt);
}

TEST_CASE("a server that has no SERVER is asked once for each connection, and forgotten") {
  Talk t(true);
  CHECK(t.talk.on_registered().size() == 3);
  CHECK(t.talk.on_outcome("features audience", false, 102).text.empty());
  CHECK_FALSE(t.known.has(server));
  CHECK(t.talk.ask_who() == std::nullopt);
  CHECK(t.talk.ask_quietly() == std::nullopt);
  CHECK(t.tell(one_here) == "-");
  CHECK(t.talk.on_registered().empty());
  CHECK(t.talk.ask_who("bob") == "whois bob");
  CHECK(t.talk.on_outcome("whois bob", false, 102).is_untold);
}

TEST_CASE("what SERVER says of one user; a SERVER that is busy stays one") {
  Talk t;
  CHECK(t.talk.ask_who() == "who");
  CHECK(t.tell(one_here).starts_with("  1 here\r\n  ann"));
  CHECK(t.talk.ask_who("bob") == "whois bob");
  CHECK(t.tell("whois bob: not here") == "  bob: not here");
  CHECK(t.talk.ask_who("ann") == "whois ann");
  CHECK(t.tell("whois ann: telnet, room General, since x") == "  ann: telnet, room General, since x");
  CHECK(t.tell("whois ann: y") == "-");
  CHECK(t.talk.ask_who() == "who");
  CHECK(t.talk.on_outcome("who", false, 102).text == "  SERVER has not answered; ask again.");
  CHECK(t.talk.ask_who() == "who");
}

TEST_CASE("a stranger called SERVER is nobody but a user; --classic asks nothing") {
  Talk stranger;
  CHECK(stranger.tell("who 1/1, 0 here") == "-");
  CHECK(stranger.tell("ann came") == "-");
  CHECK_FALSE(stranger.known.has(server));
  Talk classic(true, false);
  CHECK(classic.talk.on_registered().empty());
  CHECK(classic.talk.ask_who() == std::nullopt);
  CHECK(classic.talk.ask_quietly() == std::nullopt);
}

TEST_CASE("which servers answer is remembered in a file for the user alone, of bounded size") {
  const parley::test::TemporaryDirectory directory;
  const KnownServices known(directory.path() / "state" / "parley");
  CHECK_FALSE(known.has("a:1"));
  for (std::size_t i = 0; i <= KnownServices::max_servers; ++i) known.set("a:" + std::to_string(i), true);
  CHECK_FALSE(known.has("a:0"));
  CHECK(known.has("a:1"));
  known.set("a:1", false);
  known.set("bad\nline", true);
  CHECK_FALSE(known.has("a:1"));
  CHECK_FALSE(known.has("line"));
  const auto file = directory.path() / "state" / "parley" / "services";
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600);
  CHECK(std::distance(std::filesystem::directory_iterator(file.parent_path()),
                      std::filesystem::directory_iterator()) == 1);
  // No folder, or what is no file: nothing is known, and nothing hangs.
  CHECK_FALSE(KnownServices({}).has("a:2"));
  KnownServices("/dev/null").set("a:2", true);
  CHECK_FALSE(KnownServices("/dev/null").has("a:2"));
}
