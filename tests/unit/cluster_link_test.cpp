#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "server/cluster/cluster_options.hpp"
#include "server/cluster/link.hpp"
#include "server/cluster/local_users.hpp"

namespace parley::cluster {
namespace {

using Clock = Link::Clock;
using std::chrono::milliseconds;

/// Hears what becomes of lines: a letter for each, in order.
class Outcomes final : public Answerer, public std::enable_shared_from_this<Outcomes> {
 public:
  Receipt receipt(char letter) { return {shared_from_this(), static_cast<std::uint64_t>(letter)}; }
  void settle(std::uint64_t letter, Outcome outcome) noexcept override {
    text += static_cast<char>(letter);
    text += outcome == Outcome::received ? '+' : outcome == Outcome::rejected ? '!' : '-';
  }
  std::string text;
};

struct NoOutlet final : Outlet {
  void ring() override {}
  void publish_soon(Link&) noexcept override {}
};

struct Sender {
  Sender() { open(1); }

  void open(std::uint64_t incarnation, std::vector<std::string> items = {}) {
    const auto failed = link.begin(incarnation, std::move(items));
  }
  void send(char letter, std::string_view body = "hi",
            Clock::time_point answer_by = Clock::time_point::max()) {
    const Message message("alice", body, Audience::user, "General", answer_by);
    link.send(message, "bob", outcomes->receipt(letter));
  }
  /// The items of the next packet, and what it says of itself.
  std::vector<Item> take() {
    const auto batch = link.take();
    if (!batch) return {};
    last = *batch;
    link.end_turn();
    const auto parsed = parse_packet(pack({"one", 7, batch->incarnation, batch->sequence, 0}, batch->items));
    REQUIRE(std::holds_alternative<Packet>(parsed));
    return std::get<Packet>(parsed).items;
  }
  std::uint64_t number_of(const Item& item) { return std::get<Line>(item).number; }

  NoOutlet outlet;
  std::atomic<std::uint64_t> last_number{0};
  Link link{outlet, last_number, "two", milliseconds{60'000}};
  std::shared_ptr<Outcomes> outcomes = std::make_shared<Outcomes>();
  Link::Batch last;
};

TEST_CASE("lines that wait leave in one packet, in order, and packets are numbered from one") {
  Sender sender;
  sender.send('a', "first");
  sender.send('b', "second");
  const auto items = sender.take();
  REQUIRE(items.size() == 2);
  CHECK(std::get<Line>(items[0]).body == "first");
  CHECK(std::get<Line>(items[1]).body == "second");
  CHECK(sender.last.sequence == 1);
  CHECK(sender.take().empty());
  sender.send('c');
  CHECK(sender.take().size() == 1);
  CHECK(sender.last.sequence == 2);
}

TEST_CASE("an answer settles its own line, once, whatever the order") {
  Sender sender;
  sender.send('a');
  sender.send('b');
  const auto items = sender.take();
  REQUIRE(items.size() == 2);
  sender.link.settle(sender.number_of(items[1]), Outcome::received);
  sender.link.settle(sender.number_of(items[0]), Outcome::rejected);
  sender.link.settle(sender.number_of(items[0]), Outcome::received);
  sender.link.settle(12345, Outcome::received);
  CHECK(sender.outcomes->text == "b+a!");
}

TEST_CASE("a packet that came to nobody fails its own lines and no others, and users are told anew") {
  Sender sender;
  sender.send('a');
  sender.take();
  const auto lost = sender.last;
  sender.send('b');
  const auto items = sender.take();
  sender.send('c');
  sender.link.lose(lost.incarnation, lost.sequence);
  CHECK(sender.outcomes->text == "a-");
  CHECK(sender.link.take_is_behind());
  CHECK_FALSE(sender.link.take_is_behind());
  sender.link.settle(sender.number_of(items.front()), Outcome::received);
  CHECK(sender.outcomes->text == "a-b+");
}

TEST_CASE("what the broker writes to about a lost packet says which it was, and any other subject nobody's") {
  const std::string subject = "parley.x.to.one.lost." + to_subject_end({"t_2ewo", ~std::uint64_t{0}, 12});
  const LostPacket lost = parse_lost(subject);
  CHECK(lost.token == "t_2ewo");
  CHECK(lost.sequence == 12);
  CHECK(lost.incarnation == ~std::uint64_t{0});
  for (const char* other : {"", "lost", "a.b.c", "..", "parley.x.to.one.in"}) {
    CHECK(parse_lost(other).sequence == 0);
    CHECK(parse_lost(other).incarnation == 0);
  }
}

TEST_CASE("a new life of the node begins a new row; lines that were out may still be answered, others fail") {
  Sender sender;
  sender.send('a');
  const auto out = sender.take();
  sender.send('b');
  sender.open(2, {encode(Tick{})});
  CHECK(sender.outcomes->text == "b-");
  CHECK(sender.take() == std::vector<Item>{Tick{}});
  CHECK(sender.last.incarnation == 2);
  CHECK(sender.last.sequence == 1);
  sender.link.settle(sender.number_of(out.front()), Outcome::received);
  CHECK(sender.outcomes->text == "b-a+");
}

TEST_CASE("nothing is owed by a node that is gone or cannot be reached") {
  Sender sender;
  sender.send('a');
  sender.take();
  sender.link.fail_all();
  sender.send('b');
  CHECK_FALSE(sender.link.add(encode(Tick{})));
  CHECK(sender.outcomes->text == "a-b-");
  sender.open(2);
  sender.link.set_reachable(false);
  sender.send('c');
  CHECK(sender.outcomes->text == "a-b-c-");
  sender.link.set_reachable(true);
  sender.send('d');
  CHECK(sender.take().size() == 1);
}

TEST_CASE("a line fails when its time is up, or, without one, after the time of the link") {
  Sender sender;
  const auto now = Clock::now();
  sender.send('a', "hi", now + milliseconds{1'000});
  sender.send('b');
  sender.link.expire(now + milliseconds{999});
  CHECK(sender.outcomes->text.empty());
  sender.link.expire(now + milliseconds{1'000});
  CHECK(sender.outcomes->text == "a-");
  sender.link.expire(now + milliseconds{120'000});
  CHECK(sender.outcomes->text == "a-b-");
}

TEST_CASE("a node that has not answered a fence in time is waited for no more until it answers something") {
  Sender sender;
  const auto now = Clock::now();
  sender.link.fence(sender.outcomes->receipt('f'), now + milliseconds{100});
  const auto items = sender.take();
  REQUIRE(items.size() == 1);
  CHECK(sender.outcomes->text.empty());
  sender.link.expire(now + milliseconds{100});
  sender.link.fence(sender.outcomes->receipt('g'), now + milliseconds{200});
  CHECK(sender.outcomes->text == "f-g-");
  sender.link.settle(std::get<Fence>(items.front()).number, Outcome::received);
  sender.link.fence(sender.outcomes->receipt('h'), now + milliseconds{300});
  CHECK(sender.outcomes->text == "f-g-");
  CHECK(sender.take().size() == 1);
}

TEST_CASE("a packet holds many items or one long one, and nothing waits beyond the bound") {
  Sender sender;
  const std::string body(ClusterLimits::packet_bytes / 2, 'x');
  std::size_t accepted = 0;
  for (; sender.outcomes->text.empty(); ++accepted) sender.send('a', body);
  CHECK(accepted * body.size() >= ClusterLimits::max_link_bytes);
  CHECK(accepted * body.size() < ClusterLimits::max_link_bytes + 4 * body.size());
  CHECK(sender.take().size() == 1);
  sender.outcomes->text.clear();
  sender.send('b', body);
  CHECK(sender.outcomes->text.empty());
}

TEST_CASE("so many lines may be unanswered, and one more fails at once") {
  Sender sender;
  for (std::size_t i = 0; i < ClusterLimits::max_unanswered_lines; ++i) {
    sender.send('a', "");
    if (i % 1000 == 0)
      while (sender.link.take()) {
        sender.link.end_turn();
      }
  }
  CHECK(sender.outcomes->text.empty());
  sender.send('z');
  CHECK(sender.outcomes->text == "z-");
}

BusUser user(const std::string& name, std::uint64_t arrival = 1) {
  return {name, "telnet", "General", arrival, 1};
}

TEST_CASE("while a packet is published nobody else takes the next, which goes when that is done") {
  Sender sender;
  sender.send('a');
  REQUIRE(sender.link.take());
  sender.send('b');
  sender.link.add(encode(Tick{}));
  CHECK_FALSE(sender.link.take());
  sender.link.end_turn();
  CHECK(sender.take().size() == 2);
  CHECK(sender.last.sequence == 2);
}

std::vector<Item> all_items(Link& link) {
  std::vector<Item> all;
  while (const auto batch = link.take()) {
    const auto parsed = parse_packet(pack({"one", 7, 8, batch->sequence, 0}, batch->items));
    for (const Item& item : std::get<Packet>(parsed).items) all.push_back(item);
    link.end_turn();
  }
  return all;
}

TEST_CASE("a node hears of all users first, and of each change from then on") {
  NoOutlet outlet;
  LocalUsers local_users(outlet, 0, milliseconds{1'000});
  local_users.arrived(user("alice"));
  const auto link = local_users.open("two", 1);
  local_users.arrived(user("bob", 2));
  local_users.moved("ALICE", "Attic");
  local_users.left("bob", "bob");
  local_users.left("nobody", "nobody");
  const auto items = all_items(*link);
  REQUIRE(items.size() == 4);
  CHECK(items[0] == Item{Users{true, true, {user("alice")}}});
  CHECK(items[1] == Item{Arrived{user("bob", 2)}});
  CHECK(items[2] == Item{Moved{"ALICE", "Attic"}});
  CHECK(items[3] == Item{Left{"bob"}});
  local_users.restate(*link);
  auto moved = user("alice");
  moved.room = "Attic";
  CHECK(all_items(*link) == std::vector<Item>{Users{true, true, {moved}}});
}

TEST_CASE("a node hears of all bans with all users, and of each new one") {
  NoOutlet outlet;
  std::vector<Ban> known(ClusterLimits::bans_in_item, Ban{"mallory", 0, 1, false});
  LocalUsers local_users(outlet, 0, milliseconds{1'000}, [&] { return known; });
  const auto link = local_users.open("two", 1);
  const Item users = Users{true, true, {}};
  CHECK(all_items(*link) == std::vector<Item>{users, Bans{known}});
  const Ban ban{"eve", 5, 2, false};
  known.push_back(ban);
  local_users.tell_bans({ban});
  CHECK(all_items(*link) == std::vector<Item>{Bans{{ban}}});
  local_users.restate(*link);
  const std::vector<Ban> first(known.begin(), known.end() - 1);
  CHECK(all_items(*link) == std::vector<Item>{users, Bans{first}, Bans{{ban}}});
}

TEST_CASE("an answer of a former life of the node fits no line of the next one") {
  NoOutlet outlet;
  LocalUsers local_users(outlet, 0, milliseconds{1'000});
  const auto outcomes = std::make_shared<Outcomes>();
  const Message message("alice", "hi", Audience::user, "General");
  const auto former = local_users.open("two", 1);
  former->send(message, "bob", outcomes->receipt('a'));
  std::uint64_t number = 0;
  for (const Item& item : all_items(*former))
    if (const auto* const line = std::get_if<Line>(&item)) number = line->number;
  local_users.close("two");
  CHECK(outcomes->text == "a-");
  const auto next = local_users.open("two", 2);
  next->send(message, "bob", outcomes->receipt('b'));
  next->settle(number, Outcome::received);
  CHECK(outcomes->text == "a-");
}

TEST_CASE("a long list of users comes in parts, of which the first and the last say so") {
  NoOutlet outlet;
  LocalUsers local_users(outlet, 0, milliseconds{1'000});
  const std::size_t count = 2 * ClusterLimits::users_in_item;
  for (std::size_t i = 0; i < count; ++i) local_users.arrived(user("user" + std::to_string(i)));
  const auto link = local_users.open("two", 1);
  const auto items = all_items(*link);
  REQUIRE(items.size() == 3);
  std::size_t users = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& part = std::get<Users>(items[i]);
    CHECK(part.is_first == (i == 0));
    CHECK(part.is_last == (i == 2));
    users += part.users.size();
  }
  CHECK(users == count);
}

TEST_CASE("a link without room for a change is told of all users later") {
  NoOutlet outlet;
  LocalUsers local_users(outlet, 0, milliseconds{1'000});
  const auto link = local_users.open("two", 1);
  while (link->add(std::string(ClusterLimits::packet_bytes, 'x'))) {
  }
  local_users.arrived(user("alice"));
  CHECK(link->take_is_behind());
}

}  // namespace
}  // namespace parley::cluster
