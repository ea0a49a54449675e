#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "protocol/unwelcome.hpp"
#include "protocol/user_name.hpp"
#include "server/directory/chat_service.hpp"
#include "tests/unit/fake_nodes.hpp"
#include "tests/unit/never.hpp"

namespace parley {
namespace {

using test::FakeMember;
using test::Happened;
using Names = std::vector<std::string>;

using test::never;
constexpr auto no_welcome = [] {};

const std::string evicted = std::string(" is evicted: ") + name_given_away;

/// A server that has other nodes.
struct Node {
  Node() { chat.connect(others); }

  std::shared_ptr<Member> somebody(std::string name) {
    return std::make_shared<FakeMember>(std::move(name), events);
  }
  /// A user of this node signs on; of what happens, nothing is kept.
  std::shared_ptr<Member> arrive(std::string name, std::string_view room = {}) {
    auto member = somebody(std::move(name));
    REQUIRE(chat.reserve(member).claim == NameClaim::granted);
    chat.join(*member, room, "", no_welcome);
    events.take();
    return member;
  }
  std::shared_ptr<Member> remote(std::string name, const std::shared_ptr<Member>& carrier) {
    return std::make_shared<FakeMember>(std::move(name), events, carrier);
  }
  /// A user of another node is there; of what happens, nothing is kept.
  std::shared_ptr<Member> admit(std::string name, const std::shared_ptr<Member>& carrier,
                                std::string_view room = {}, std::uint64_t arrival = 1) {
    auto member = remote(std::move(name), carrier);
    chat.admit(member, room, arrival, 1'000);
    events.take();
    return member;
  }
  /// Returns for how many recipients a receipt was asked for.
  std::size_t say(Member& sender, std::string_view text) {
    std::size_t count = 0;
    chat.say(
        sender, text, never,
        [&](const ChatService::Reach& reach) {
          count = reach.receipts;
          users_reached = reach.users;
        },
        [] { return Receipt(); });
    return count;
  }
  std::size_t users_reached = 0;  // by the last line

  test::Events events;
  test::FakeNodes others{events};
  Directory directory;
  Counters counters;
  BanList bans;
  ChatService chat{directory, counters, bans};
  const std::shared_ptr<Member> node_two = somebody("node two");
  const std::shared_ptr<Member> node_three = somebody("node three");
};

TEST_CASE("Users of other nodes are counted beside those who are here") {
  Node node;
  node.arrive("alice");
  node.admit("bob", node.node_two);
  node.admit("carol", node.node_three, "elsewhere");
  const auto count = node.directory.count();
  CHECK(count.elsewhere == 2);
  REQUIRE(count.by_dialect.size() == 1);
  CHECK(count.by_dialect.begin()->second == 1);
  CHECK(count.rooms == 2);
}

TEST_CASE("OD11.1: names come in the order of the claims, whichever node they are on") {
  Node node;
  node.others.answer(NameClaim::granted, 30);
  const auto alice = node.arrive("alice");
  node.admit("bob", node.node_two, {}, 10);
  node.others.answer(NameClaim::granted, 20);
  const auto carol = node.arrive("carol");
  CHECK(node.directory.names()->names() == Names{"bob", "carol", "alice"});
  CHECK(node.directory.listing(*alice)->arrival == 30);
  node.directory.renumber(*alice, 5);  // claimed again
  CHECK(node.directory.names()->names() == Names{"alice", "bob", "carol"});
  node.chat.rename(*carol, node.somebody("caroline"), no_welcome);
  CHECK(node.directory.names()->names() == Names{"alice", "bob", "caroline"});
}

TEST_CASE("a user elsewhere is found and listed like any other") {
  Node node;
  node.arrive("alice");
  const auto bob = node.admit("Bob", node.node_two, "Den", 7);
  CHECK(node.directory.find("bob").member == bob);
  CHECK(node.directory.find("bob").room == "Den");
  REQUIRE(node.directory.presence("BOB"));
  CHECK(node.directory.presence("BOB")->since_s == 1'000);
  CHECK(node.directory.page_behind("", 9).count == 2);
  const auto listing = node.directory.listing(*bob);
  REQUIRE(listing);
  CHECK(listing->name == "Bob");
  CHECK(listing->dialect == "telnet");
  CHECK(listing->room == "Den");
  CHECK(listing->arrival == 7);
  CHECK(node.directory.find_local("bob").member == nullptr);
  CHECK(node.directory.find_local("ALICE").member != nullptr);
  CHECK_FALSE(node.directory.listing(*node.somebody("bob")));
  node.arrive("carol", "DEN");
  CHECK(node.directory.room_of(*bob) == "Den");  // the first one's spelling, though nobody here was in it
}

TEST_CASE("a line goes once to each node that has somebody in the room") {
  Node node;
  const auto alice = node.arrive("alice");
  node.arrive("bob");
  const auto carol = node.admit("carol", node.node_two);
  const auto dave = node.admit("dave", node.node_two);
  const auto eve = node.admit("eve", node.node_three, "Den");
  CHECK(node.say(*alice, "one") == 2);
  CHECK(node.users_reached == 3);
  CHECK(node.events.take() ==
        Happened{"bob gets alice: one in General", "node two gets alice: one in General"});
  node.chat.dismiss(*carol);
  CHECK(node.say(*alice, "two") == 2);
  node.chat.relocate(*dave, "Den");
  CHECK(node.say(*alice, "three") == 1);
  node.chat.relocate(*eve, "");
  node.events.take();
  CHECK(node.say(*alice, "four") == 2);
  CHECK(node.events.take() ==
        Happened{"bob gets alice: four in General", "node three gets alice: four in General"});
  node.chat.dismiss(*eve);
  CHECK(node.say(*alice, "five") == 1);
}

TEST_CASE("a private line goes to the user elsewhere itself") {
  Node node;
  const auto alice = node.arrive("alice");
  node.admit("bob", node.node_two, "Den");
  Directory::LastFound last;
  CHECK(node.chat.tell(*alice, "BOB", last, "hi", never, [](std::string_view) { return Receipt(); }));
  CHECK(node.events.take() == Happened{"bob gets alice: hi alone"});
}

TEST_CASE("a line from elsewhere reaches the users of this node alone, each with a receipt") {
  Node node;
  node.arrive("alice");
  node.arrive("bob");
  node.arrive("carol", "Den");
  node.admit("dave", node.node_two);
  const ChatService::DistantLine line{"eve", "hi", never};
  std::size_t count = 0;
  std::size_t receipts = 0;
  const auto begin = [&](const ChatService::Reach& reach) { count = reach.receipts; };
  const auto receipt = [&] {
    ++receipts;
    return Receipt();
  };
  node.chat.hear_line(line, "GENERAL", begin, receipt);
  CHECK(count == 2);
  CHECK(receipts == 2);
  CHECK(node.events.take() == Happened{"alice gets eve: hi in General", "bob gets eve: hi in General"});
  node.chat.hear_line(line, "nowhere", begin, receipt);
  CHECK(count == 0);
  CHECK(node.chat.hear_private_line(line, "CAROL", receipt));
  CHECK(node.events.take() == Happened{"carol gets eve: hi alone"});
  CHECK_FALSE(node.chat.hear_private_line(line, "dave", receipt));
  CHECK_FALSE(node.chat.hear_private_line(line, "nobody", receipt));
  CHECK(receipts == 3);
}

TEST_CASE(
    "OD11.5: other nodes are told of an arrival before the newcomer is welcome, and before anybody here") {
  Node node;
  node.arrive("alice");
  const auto bob = node.somebody("bob");
  REQUIRE(node.chat.reserve(bob).holder == bob);
  node.chat.join(*bob, {}, "", [&] { node.events.add("welcome"); });
  CHECK(node.events.take() == Happened{"claim bob", "arrived bob", "welcome", "alice hears that bob came"});
  node.chat.move(*bob, "Den", [&] { node.events.add("welcome"); });
  CHECK(node.events.take() == Happened{"moved bob", "welcome", "alice hears that bob left"});
  CHECK_FALSE(node.chat.move(*bob, "den", no_welcome));
  CHECK(node.events.take().empty());
}

TEST_CASE("a departure is told to the other nodes once") {
  Node node;
  node.arrive("alice");
  const auto bob = node.arrive("bob");
  node.chat.leave(*bob, "");
  node.chat.leave(*bob, "");
  CHECK(node.events.take() == Happened{"left bob", "alice hears that bob left"});
  const auto carol = node.somebody("carol");
  node.chat.reserve(carol);
  node.chat.give_up(*carol);
  node.chat.give_up(*carol);
  CHECK(node.events.take() == Happened{"claim carol", "give_up carol"});
}

TEST_CASE("what users elsewhere do is told here, and to no other node") {
  Node node;
  node.arrive("alice");
  const auto bob = node.remote("bob", node.node_two);
  CHECK(node.chat.admit(bob, {}, 1, 1'000) == nullptr);
  node.chat.relocate(*bob, "Den");
  node.chat.relocate(*bob, "den");
  node.chat.relocate(*bob, "");
  const auto robert = node.remote("robert", node.node_two);
  CHECK(node.chat.rename_elsewhere(*bob, robert) == nullptr);
  CHECK(node.chat.rename_elsewhere(*bob, node.remote("x", node.node_two)) == nullptr);
  node.chat.dismiss(*bob);
  node.chat.dismiss(*robert);
  CHECK(node.events.take() == Happened{"alice hears that bob came", "alice hears that bob left",
                                       "alice hears that bob came", "alice hears that bob left",
                                       "alice hears that robert came", "alice hears that robert left"});
}

TEST_CASE("OD11.1: a name that other nodes do not grant is free here, and the newcomer is told why") {
  Node node;
  for (const NameClaim claim : {NameClaim::taken, NameClaim::unchecked}) {
    node.others.answer(claim);
    const auto reserved = node.chat.reserve(node.somebody("bob"));
    CHECK(reserved.claim == claim);
    CHECK(reserved.holder == nullptr);
    CHECK(node.events.take() == Happened{"claim bob"});
  }
  node.others.answer(NameClaim::granted);
  const auto bob = node.arrive("bob");
  const auto reserved = node.chat.reserve(node.somebody("BOB"));
  CHECK(reserved.claim == NameClaim::taken);
  CHECK(reserved.holder == bob);
  CHECK(node.events.take().empty());  // nobody else need be asked
}

TEST_CASE("a user elsewhere takes the place of a newcomer whose claim is out") {
  Node node;
  const auto remote = node.remote("Bob", node.node_two);
  const auto bob = node.somebody("bob");
  node.others.during_claim([&] { CHECK(node.chat.admit(remote, {}, 1, 1'000) == bob); });
  CHECK(node.chat.reserve(bob).claim == NameClaim::taken);
  CHECK(node.events.take() == Happened{"claim bob", "give_up bob"});  // who may try another name
  CHECK(node.directory.find("bob").member == remote);
}

TEST_CASE(
    "OD11.4: a user elsewhere takes the place of one of this node, who is evicted and can do nothing more") {
  for (const bool is_signed_on : {true, false}) {
    CAPTURE(is_signed_on);
    Node node;
    node.arrive("alice", "Den");
    node.arrive("carol");
    const auto bob = node.somebody("bob");
    REQUIRE(node.chat.reserve(bob).claim == NameClaim::granted);
    if (is_signed_on) node.chat.join(*bob, "Den", "", no_welcome);
    node.events.take();
    const auto remote = node.remote("BOB", node.node_two);
    CHECK(node.chat.admit(remote, {}, 1, 1'000) == bob);
    Happened told{"bob" + evicted, "carol hears that BOB came"};
    if (is_signed_on) told.insert(told.begin() + 1, "alice hears that bob left");
    CHECK(node.events.take() == told);

    bool is_welcome = false;
    const auto welcome = [&] { is_welcome = true; };
    node.chat.join(*bob, {}, "", welcome);
    CHECK_FALSE(node.chat.move(*bob, "Hall", welcome));
    CHECK(node.chat.rename(*bob, node.somebody("bert"), welcome).claim == NameClaim::taken);
    CHECK(node.say(*bob, "hi") == 0);
    Directory::LastFound last;
    CHECK_FALSE(node.chat.tell(*bob, "carol", last, "hi", never, [](std::string_view) { return Receipt(); }));
    node.chat.leave(*bob, "");
    node.chat.give_up(*bob);
    CHECK_FALSE(is_welcome);
    CHECK(node.events.take() == Happened{"claim bert", "give_up bert"});
    CHECK(node.directory.find("bob").member == remote);
    CHECK(node.directory.names()->names() == Names{"BOB", "alice", "carol"});
  }
}

TEST_CASE("a user of one node takes the place of one of another, in the same room or not") {
  Node node;
  node.arrive("alice");
  const auto former = node.admit("bob", node.node_two, "Den");
  const auto latter = node.remote("bob", node.node_three);
  CHECK(node.chat.admit(latter, {}, 2, 1'000) == former);
  CHECK(node.events.take() == Happened{"bob" + evicted, "alice hears that bob came"});
  node.chat.dismiss(*former);
  CHECK(node.events.take().empty());
  CHECK(node.directory.find("bob").member == latter);
  const auto third = node.remote("BOB", node.node_three);
  CHECK(node.chat.admit(third, {}, 3, 1'000) == latter);
  CHECK(node.say(*node.directory.find("alice").member, "hi") == 1);
  node.chat.dismiss(*third);
  CHECK(node.say(*node.directory.find("alice").member, "hi") == 0);
}

TEST_CASE("OD5.3: a new name is claimed before it is had, and the former one's place is kept") {
  Node node;
  const auto alice = node.arrive("alice");
  const auto bob = node.arrive("bob");
  const auto robert = node.somebody("robert");
  const auto welcome = [&] { node.events.add("welcome"); };
  for (const NameClaim claim : {NameClaim::taken, NameClaim::unchecked}) {
    node.others.answer(claim);
    CHECK(node.chat.rename(*bob, robert, welcome).claim == claim);
    CHECK(node.events.take() == Happened{"claim robert"});
  }
  CHECK(node.directory.find("bob").member == bob);
  node.others.answer(NameClaim::granted);
  CHECK(node.chat.rename(*bob, node.somebody("ALICE"), welcome).holder == alice);
  CHECK(node.chat.rename(*bob, robert, welcome).claim == NameClaim::granted);
  CHECK(node.events.take() == Happened{"claim robert", "renamed bob robert", "welcome",
                                       "alice hears that bob left", "alice hears that robert came"});
  CHECK(node.directory.find("bob").member == nullptr);
  const auto shouting = node.somebody("ROBERT");
  CHECK(node.chat.rename(*robert, shouting, no_welcome).claim == NameClaim::granted);
  CHECK(node.events.take() == Happened{"renamed robert ROBERT", "alice hears that robert left",
                                       "alice hears that ROBERT came"});  // the name is claimed already
  node.others.during_claim([&] { node.chat.admit(node.remote("robert", node.node_two), {}, 9, 1'000); });
  CHECK(node.chat.rename(*shouting, node.somebody("bert"), welcome).claim == NameClaim::taken);
  CHECK(node.events.take() == Happened{"claim bert", "ROBERT" + evicted, "alice hears that ROBERT left",
                                       "alice hears that robert came", "give_up bert"});
  CHECK(node.chat.reserve(node.somebody("bert")).claim == NameClaim::granted);
}

TEST_CASE("who is renamed elsewhere takes the place of whoever has the name here") {
  Node node;
  node.arrive("alice");
  const auto robert = node.arrive("robert", "Den");
  const auto bob = node.admit("bob", node.node_two, {}, 3);
  const auto renamed = node.remote("Robert", node.node_two);
  CHECK(node.chat.rename_elsewhere(*bob, renamed) == robert);
  CHECK(node.events.take() ==
        Happened{"alice hears that bob left", "robert" + evicted, "alice hears that Robert came"});
  CHECK(node.directory.listing(*renamed)->arrival == 3);
  CHECK(node.directory.find("bob").member == nullptr);
}

TEST_CASE("whatever cannot be told for want of memory, the names are free afterwards, here and elsewhere") {
  Node node;
  node.arrive("alice");
  node.others.fail_next("claim");
  CHECK_THROWS_AS(node.chat.reserve(node.somebody("bob")), std::bad_alloc);
  CHECK(node.events.take().empty());
  const auto bob = node.somebody("bob");
  REQUIRE(node.chat.reserve(bob).claim == NameClaim::granted);
  node.others.fail_next("arrived");
  CHECK_THROWS_AS(node.chat.join(*bob, {}, "", no_welcome), std::bad_alloc);
  node.chat.leave(*bob, "");  // as its session does
  CHECK(node.events.take() == Happened{"claim bob", "left bob", "alice hears that bob left"});
  const auto carol = node.arrive("carol");
  node.others.fail_next("renamed");
  CHECK_THROWS_AS(node.chat.rename(*carol, node.somebody("caroline"), no_welcome), std::bad_alloc);
  node.chat.leave(*carol, "");
  CHECK(node.events.take() ==
        Happened{"claim caroline", "left carol", "left caroline", "alice hears that caroline left"});
  CHECK(node.directory.names()->names() == Names{"alice"});
  for (const char* const name : {"bob", "carol", "caroline"})
    CHECK(node.chat.reserve(node.somebody(name)).claim == NameClaim::granted);
}

}  // namespace
}  // namespace parley
