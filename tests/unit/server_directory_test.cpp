#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "server/directory/directory.hpp"

namespace parley {
namespace {

class Somebody : public Member {
 public:
  using Member::Member;
  std::string_view dialect() const override { return "telnet"; }
  void deliver(const Message&, Receipt) override {}
  bool hears_notices() const override { return true; }
};

std::shared_ptr<Member> somebody(std::string name) {
  return std::make_shared<Somebody>(std::move(name));
}

TEST_CASE("R1: a name is held once, whatever the case of its letters") {
  Directory directory;
  const auto alice = somebody("Alice");
  const auto other = somebody("aLICE");
  CHECK(directory.reserve(alice) == alice);
  CHECK(directory.reserve(other) == alice);
  CHECK(directory.reserve(somebody("alic")) != alice);
}

TEST_CASE("R4: who only reserved a name is not found") {
  Directory directory;
  const auto alice = somebody("alice");
  directory.reserve(alice);
  CHECK(directory.find("alice").member == nullptr);
  CHECK(directory.names()->names().empty());
  CHECK(directory.room_of(*alice).empty());
  CHECK(directory.sign_on(*alice)->members == Members{});
  CHECK(directory.find("ALICE").member == alice);
  CHECK(directory.names()->names() == std::vector<std::string>{"alice"});
}

TEST_CASE("R7: a released name is free at once, and only who has it can release it") {
  Directory directory;
  const auto alice = somebody("alice");
  const auto impostor = somebody("alice");
  directory.reserve(alice);
  directory.sign_on(*alice);
  directory.release(*impostor);
  CHECK(directory.find("alice").member == alice);
  directory.release(*alice);
  CHECK(directory.find("alice").member == nullptr);
  CHECK(directory.reserve(impostor) == impostor);
  CHECK_FALSE(directory.sign_on(*alice));  // too late: the name is somebody else's
  CHECK(directory.find("alice").member == nullptr);
}

/// Signs a newcomer on.
std::shared_ptr<Member> arrive(Directory& directory, std::string name, std::string_view room = {}) {
  auto member = somebody(std::move(name));
  REQUIRE(directory.reserve(member) == member);
  directory.sign_on(*member, room);
  return member;
}

TEST_CASE("R7: who has left finds nobody") {
  Directory directory;
  const auto alice = arrive(directory, "alice");
  const auto bob = arrive(directory, "bob");
  Directory::LastFound last;
  CHECK(directory.find("bob", *alice, last) == bob);
  directory.release(*alice);
  const auto successor = arrive(directory, "alice");
  CHECK(directory.find("bob", *alice, last) == nullptr);
  CHECK(directory.find("bob", *successor, last) == bob);
}

TEST_CASE("OD1: who was found last is found so until something has changed") {
  Directory directory;
  const auto alice = arrive(directory, "alice");
  const auto bob = arrive(directory, "bob");
  Directory::LastFound last;
  const auto find = [&](std::string_view name) { return directory.find(name, *alice, last); };
  CHECK(find("carol") == nullptr);
  const auto carol = arrive(directory, "carol");
  CHECK(find("carol") == carol);
  CHECK(find("BOB") == bob);
  CHECK(find("BOB") == bob);
  CHECK(last.room == "General");
  directory.move(*bob, "Den");
  CHECK(find("BOB") == bob);
  CHECK(last.room == "Den");
  const auto robert = somebody("robert");
  CHECK(directory.rename(*bob, robert) == robert);
  CHECK(find("BOB") == nullptr);
  CHECK(find("robert") == robert);
  directory.release(*robert);
  CHECK(find("robert") == nullptr);
  const auto elsewhere = somebody("carol");
  CHECK(find("carol") == carol);
  directory.admit(elsewhere, {}, 1, 0);
  CHECK(find("carol") == elsewhere);
  directory.release(*alice);
  CHECK(find("carol") == nullptr);
}

TEST_CASE("OD2: everyone is in one room, and a room's name is one whatever the case of its letters") {
  Directory directory;
  const auto alice = arrive(directory, "alice");
  const auto bob = arrive(directory, "bob", "general");
  const auto carol = arrive(directory, "carol", "Den");
  const auto dave = arrive(directory, "dave", "DEN");
  CHECK(directory.others_in_room(*alice).members == Members{bob});
  CHECK(directory.room_of(*bob) == "General");
  CHECK(directory.others_in_room(*carol).members == Members{dave});
  CHECK(directory.room_of(*dave) == "Den");
  CHECK(directory.find("dave").member == dave);
}

TEST_CASE("OD2: the lobby is shown as it was set, however the one who opens it spells it") {
  Directory directory("Caf\u00e9");
  const auto alice = arrive(directory, "alice", "CAFE\u0301");
  CHECK(directory.room_of(*alice) == "Caf\u00e9");
}

TEST_CASE("OD2: a member moves between rooms, and both learn who is there") {
  Directory directory("Hall");
  const auto alice = arrive(directory, "alice");
  const auto bob = arrive(directory, "bob");
  const auto carol = arrive(directory, "carol", "Den");
  CHECK_FALSE(directory.move(*alice, "hall"));
  CHECK_FALSE(directory.move(*alice, ""));
  const auto moved = directory.move(*alice, "den");
  REQUIRE(moved);
  CHECK(moved->left.members == Members{bob});
  CHECK(moved->left.room == "Hall");
  CHECK(moved->joined.members == Members{carol});
  CHECK(moved->joined.room == "Den");
  CHECK(directory.room_of(*alice) == "Den");
  CHECK(directory.release(*carol)->members == Members{alice});
  REQUIRE(directory.move(*alice, ""));
  CHECK(directory.room_of(*alice) == "Hall");
  CHECK(directory.others_in_room(*bob).members == Members{alice});
  REQUIRE(directory.move(*alice, "DEN"));
  CHECK(directory.room_of(*alice) == "DEN");  // nobody was left there to keep the old spelling
}

TEST_CASE("OD5.2: only who hears notices is told of a coming or going") {
  class Deaf : public Somebody {
   public:
    using Somebody::Somebody;
    bool hears_notices() const override { return false; }
  };
  Directory directory;
  const auto alice = arrive(directory, "alice");
  const auto bob = std::make_shared<Deaf>("bob");
  directory.reserve(bob);
  CHECK(directory.sign_on(*bob)->members == Members{alice});
  const auto carol = somebody("carol");
  directory.reserve(carol);
  CHECK(directory.sign_on(*carol)->members == Members{alice});
  CHECK(directory.others_in_room(*carol).members == Members{alice, bob});
  CHECK(directory.release(*alice)->members == Members{carol});
}

TEST_CASE("OD6: names come in order of arrival, and a renamed member keeps its place and its room") {
  Directory directory;
  const auto zoe = arrive(directory, "zoe");
  const auto bob = arrive(directory, "bob", "Den");
  arrive(directory, "alice");
  CHECK(directory.names()->names() == std::vector<std::string>{"zoe", "bob", "alice"});
  const auto robert = somebody("robert");
  CHECK(directory.rename(*bob, robert) == robert);
  CHECK(directory.names()->names() == std::vector<std::string>{"zoe", "robert", "alice"});
  CHECK(directory.room_of(*robert) == "Den");
  CHECK(directory.find("bob").member == nullptr);
  CHECK(directory.find("robert").member == robert);
  CHECK(directory.rename(*robert, somebody("ALICE")) == directory.find("alice").member);
  const auto shouting = somebody("ROBERT");
  CHECK(directory.rename(*robert, shouting) == shouting);
  CHECK(directory.rename(*bob, somebody("x")) == nullptr);
  directory.release(*zoe);
  CHECK(arrive(directory, "zoe") != nullptr);
  CHECK(directory.names()->names() == std::vector<std::string>{"ROBERT", "alice", "zoe"});
}

TEST_CASE(
    "OD6: however many ask for the names, the list is made once until somebody comes, goes or is renamed") {
  Directory directory;
  const auto zoe = arrive(directory, "zoe");
  const auto first = directory.names();
  CHECK(directory.names() == first);
  directory.reserve(somebody("half"));  // whom nobody finds
  CHECK(directory.names() == first);
  const auto bob = arrive(directory, "bob");
  const auto second = directory.names();
  CHECK(second != first);
  CHECK(directory.names() == second);
  CHECK(first->names() == std::vector<std::string>{"zoe"});  // whoever still reads it reads what was
  directory.rename(*bob, somebody("robert"));
  const auto third = directory.names();
  CHECK(third != second);
  directory.release(*zoe);
  CHECK(directory.names() != third);

  int renderings = 0;
  const auto render = [&] {
    ++renderings;
    return Frames{};
  };
  for (int i = 0; i < 3; ++i) (void)second->rendered({"telnet", 0}, render);
  CHECK(renderings == 1);
}

TEST_CASE("R1: of many threads that want one name at the same time exactly one has it") {
  constexpr int thread_count = 8;
  for (int round = 0; round < 50; ++round) {
    Directory directory;
    std::atomic<int> owners{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < thread_count; ++i)
      threads.emplace_back([&] {
        const auto me = somebody("alice");
        if (directory.reserve(me) == me) ++owners;
        directory.find("alice");
      });
    for (auto& thread : threads) thread.join();
    CHECK(owners == 1);
  }
}

std::vector<std::string> names_of(const Directory::Page& page) {
  std::vector<std::string> names;
  for (const auto& user : page.users) names.push_back(user.name);
  return names;
}

TEST_CASE("SV1: pages of who is there, sorted, whoever comes and goes between two of them") {
  Directory directory;
  CHECK(directory.page_behind("", 2).is_last);
  const auto dave = arrive(directory, "dave");
  arrive(directory, "Carol", "Den");
  const auto bob = arrive(directory, "bob");
  directory.reserve(somebody("abe"));  // not there yet
  const auto first = directory.page_behind("", 2);
  CHECK(names_of(first) == std::vector<std::string>{"bob", "Carol"});
  CHECK(first.count == 3);
  CHECK_FALSE(first.is_last);
  CHECK(first.users[1].room == "Den");
  CHECK(first.users[1].dialect == "telnet");
  directory.release(*bob);
  const auto second = directory.page_behind("carol", 2);
  CHECK(names_of(second) == std::vector<std::string>{"dave"});
  CHECK(second.is_last);
  const auto ann = somebody("ann");
  REQUIRE(directory.rename(*dave, ann) == ann);
  CHECK(names_of(directory.page_behind("", 9)) == std::vector<std::string>{"ann", "Carol"});
  REQUIRE(directory.presence("ANN"));
  CHECK(directory.presence("ANN")->since_s == second.users[0].since_s);
  CHECK_FALSE(directory.presence("dave"));
  CHECK_FALSE(directory.presence("abe"));
}

TEST_CASE("RM9: all who are there, in order of arrival, however many they are") {
  for (const std::size_t users : {0UL, 1UL, 499UL, 500UL, 501UL, 1001UL}) {
    CAPTURE(users);
    Directory directory;
    for (std::size_t i = users; i > 0; --i) arrive(directory, "user" + std::to_string(i), i % 2 ? "" : "Den");
    directory.reserve(somebody("nobody yet"));
    const auto everyone = directory.everyone();
    REQUIRE(everyone.size() == users);
    for (std::size_t i = 0; i < users; ++i) {
      CHECK(everyone[i].name == "user" + std::to_string(users - i));
      CHECK(everyone[i].room == ((users - i) % 2 ? "General" : "Den"));
      CHECK(everyone[i].dialect == "telnet");
    }
  }
}

TEST_CASE("Who is here is counted, however many they are") {
  for (const std::size_t users : {0UL, 1UL, 499UL, 500UL, 501UL, 1000UL, 1001UL}) {
    CAPTURE(users);
    Directory directory;
    for (std::size_t i = 0; i < users; ++i) {
      const auto member = somebody("user" + std::to_string(i));
      directory.reserve(member);
      directory.sign_on(*member, i == 0 ? "alone" : "");
    }
    directory.reserve(somebody("nobody yet"));
    const auto count = directory.count();
    std::size_t counted = 0;
    for (const auto& [dialect, number] : count.by_dialect) counted += number;
    CHECK(counted == users);
    if (users > 0) CHECK(count.by_dialect.at("telnet") == users);
    CHECK(count.elsewhere == 0);
    CHECK(count.rooms == std::min<std::size_t>(users, 2));
  }
}

TEST_CASE("SV3: a member may hear notices from some time on, and no longer") {
  class Silent : public Somebody {
    using Somebody::Somebody;
    bool hears_notices() const override { return false; }
  };
  Directory directory;
  const auto alice = std::make_shared<Silent>("alice");
  directory.let_hear(*alice, true);  // not there: nothing happens
  directory.reserve(alice);
  directory.sign_on(*alice);
  const auto bob = somebody("bob");
  directory.reserve(bob);
  CHECK(directory.sign_on(*bob)->members == Members{});
  directory.let_hear(*alice, true);
  CHECK(directory.hearers_beside(*bob).members == Members{alice});
  directory.let_hear(*alice, true);
  CHECK(directory.hearers_beside(*bob).members == Members{alice});
  directory.let_hear(*alice, false);
  CHECK(directory.hearers_beside(*bob).members == Members{});
  directory.let_hear(*alice, true);
  directory.release(*alice);
  directory.let_hear(*alice, true);
  CHECK(directory.release(*bob)->members == Members{});
}

}  // namespace
}  // namespace parley
