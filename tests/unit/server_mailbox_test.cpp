#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "protocol/two_socket_parser.hpp"
#include "server/two_socket/mailbox.hpp"
#include "server/two_socket/replies.hpp"
#include "tests/unit/connected_pair.hpp"
#include "tests/unit/never.hpp"

namespace parley {
namespace {

using test::never;

/// A recipient, and a sender who is told what became of each message.
struct Correspondents {
  explicit Correspondents(const Limits& some_limits = {})
      : limits(some_limits),
        to(limits),
        mailbox(std::make_shared<Mailbox>(to.connection(), limits)),
        replies(std::make_shared<Replies>(from.connection(), two_socket::DeliveredWord::sent, 1'000'000,
                                          limits.receipt_timeout, counters)) {}

  void deliver(std::string_view body, std::string_view sender = "alice") {
    mailbox->deliver({sender, body, Audience::user, {}, never, &*sources.emplace(sender).first},
                     Receipt(replies, replies->expect("bob", 1, body.size(), never)));
  }

  std::set<std::string> sources;
  const Limits limits;
  test::ConnectedPair from;
  test::ConnectedPair to;
  Counters counters;
  std::shared_ptr<Mailbox> mailbox;
  std::shared_ptr<Replies> replies;
};

std::string forward(std::string_view sender, std::string_view body) {
  return to_frame(two_socket::Forward{sender, body});
}

constexpr std::string_view sent = "SENT bob\n\n";
constexpr std::string_view failed = "ERROR 102 Unable to send\n\n";

TEST_CASE("D3: one FORWARD is out at a time, and the next leaves when it was answered") {
  Correspondents c;
  c.mailbox->open();
  c.deliver("one");
  c.deliver("two");
  c.to.peer().expect(forward("alice", "one"));
  CHECK(c.to.peer().try_next_frame() == std::nullopt);
  c.mailbox->acknowledge(Outcome::received);
  c.from.peer().expect(sent);
  c.to.peer().expect(forward("alice", "two"));
  c.mailbox->acknowledge(Outcome::rejected);
  c.from.peer().expect("ERROR 103 Header incomplete\n\n");
}

TEST_CASE("F1.7: an LF behind every body from when it is wanted, also of what waits already") {
  Correspondents c;
  c.mailbox->open();
  const std::string long_body(60'000, 'x');
  for (const std::string& body : {std::string("one"), std::string("two"), std::string(), long_body})
    c.deliver(body);
  c.to.peer().expect(forward("alice", "one"));
  c.mailbox->end_bodies_with_newline();
  for (const std::string& body : {std::string("two"), std::string(), long_body}) {
    c.mailbox->acknowledge(Outcome::received);
    c.to.peer().expect(forward("alice", body) + "\n");
  }
  c.mailbox->acknowledge(Outcome::received);
  c.deliver("now");
  c.to.peer().expect(forward("alice", "now") + "\n");
}

TEST_CASE("D5: an answer to nothing is ignored") {
  Correspondents c;
  c.mailbox->open();
  c.mailbox->acknowledge(Outcome::failed);
  c.deliver("one");
  c.mailbox->acknowledge(Outcome::received);
  c.mailbox->acknowledge(Outcome::failed);
  c.from.peer().expect(sent);
  CHECK(c.from.peer().try_next_frame() == std::nullopt);
}

TEST_CASE("R4: nothing is forwarded before the mailbox is open, and nothing is lost") {
  Correspondents c;
  c.deliver("one");
  c.deliver("two");
  CHECK(c.to.peer().try_next_frame() == std::nullopt);
  c.mailbox->open();
  c.to.peer().expect(forward("alice", "one"));
  c.mailbox->acknowledge(Outcome::received);
  c.to.peer().expect(forward("alice", "two"));
}

TEST_CASE("R7: closing fails what is out, what waits and what comes later") {
  Correspondents c;
  c.mailbox->open();
  c.deliver("one");
  c.deliver("two");
  c.mailbox->close();
  c.deliver("three");
  for (int i = 0; i < 3; ++i) c.from.peer().expect(failed);
  c.to.peer().expect(forward("alice", "one"));
  c.mailbox->acknowledge(Outcome::received);
  CHECK(c.from.peer().try_next_frame() == std::nullopt);
}

TEST_CASE("D1.9: what has waited too long is never forwarded, and what comes behind it is") {
  Correspondents c;
  c.mailbox->open();
  c.deliver("one");
  const auto past = Connection::Clock::now();
  c.mailbox->deliver({"alice", "late", Audience::user, {}, past},
                     Receipt(c.replies, c.replies->expect("bob", 1, 4, never)));
  c.deliver("two");
  c.to.peer().expect(forward("alice", "one"));
  c.mailbox->acknowledge(Outcome::received);
  c.to.peer().expect(forward("alice", "two"));
  c.from.peer().expect(std::string(sent) + std::string(failed));
}

TEST_CASE(
    "D1.9: the recipient's time runs from when its FORWARD left, and not while it waits for the socket") {
  Correspondents c;
  c.mailbox->open();
  c.deliver("one");
  const auto later = Connection::Clock::now() + c.limits.receipt_timeout;
  CHECK(c.mailbox->is_overdue(later));
  c.mailbox->acknowledge(Outcome::received);
  CHECK_FALSE(c.mailbox->is_overdue(later));
  std::string before;
  while (c.to.connection()->waiting_frames() == 0) {
    REQUIRE(c.to.connection()->send(std::string(10'000, 'x')) != Sent::never);
    before += std::string(10'000, 'x');
  }
  c.deliver("two");
  CHECK_FALSE(c.mailbox->is_overdue(later));
  c.to.peer().expect(forward("alice", "one") + before + forward("alice", "two"));
  const auto overdue = [&] {
    return c.mailbox->is_overdue(Connection::Clock::now() + c.limits.receipt_timeout);
  };
  test::wait_until(overdue, "it is overdue");  // the writer tells it after it has sent
}

TEST_CASE(
    "what waits in mailboxes counts with all that waits in the server, and whoever lets most wait goes") {
  Limits limits;
  limits.max_waiting_bytes = 10'000;
  Correspondents c(limits);
  const std::string body(4'000, 'x');
  for (int i = 0; i < 2; ++i) c.deliver(body);
  CHECK(c.to.budget().used_bytes() >= 2 * body.size());
  CHECK(c.to.connection()->is_open());
  c.deliver(body);
  CHECK_FALSE(c.to.connection()->is_open());
  c.mailbox->close();
  CHECK(c.to.budget().used_bytes() == 0);
  CHECK(c.to.connection()->held_bytes() == 0);
}

TEST_CASE("a message that many mailboxes keep takes room in each") {
  Correspondents c;
  c.deliver("");
  const std::size_t one = c.to.budget().used_bytes();
  CHECK(one >= waiting_overhead_bytes);
  const auto second = std::make_shared<Mailbox>(c.to.connection(), c.limits);
  const Message message("alice", "", Audience::room, {});
  for (const auto& mailbox : {c.mailbox, second}) mailbox->deliver(message, {});
  CHECK(c.to.budget().used_bytes() >= one + 2 * waiting_overhead_bytes);
  second->close();
}

TEST_CASE(
    "D5.6: a FORWARD that waits for the socket is lost with its SEND's time, and the next has its turn") {
  Correspondents c;
  c.mailbox->open();
  while (c.to.connection()->waiting_frames() == 0)
    REQUIRE(c.to.connection()->send(std::string(10'000, 'x')) != Sent::never);
  const auto soon = Connection::Clock::now() + std::chrono::milliseconds{20};
  c.mailbox->deliver({"alice", "late", Audience::user, {}, soon},
                     Receipt(c.replies, c.replies->expect("bob", 1, 4, never)));
  c.deliver("next");
  while (Connection::Clock::now() < soon) std::this_thread::yield();
  const std::string end = forward("alice", "next");
  std::string came;
  while (!came.ends_with(end)) came += c.to.peer().receive_once();
  CHECK(came.find("late") == std::string::npos);
  c.mailbox->acknowledge(Outcome::received);
  c.from.peer().expect(std::string(failed) + std::string(sent));
}

TEST_CASE("R4.7: what comes between REGISTERED and the opening is kept, whatever its size") {
  Limits limits;
  limits.max_mailbox_bytes = 4096;
  Correspondents c(limits);
  const std::string body(4096, 'x');
  c.deliver(body);
  c.mailbox->open();
  c.to.peer().expect(forward("alice", body));
}

TEST_CASE("L5.3: a mailbox takes what fits its limit, and refuses the message that does not") {
  Limits limits;
  limits.max_mailbox_bytes = 4096;
  Correspondents c(limits);
  constexpr std::size_t overhead = waiting_overhead_bytes;
  c.mailbox->open();
  c.deliver("out");
  c.to.peer().expect(forward("alice", "out"));
  std::size_t body_bytes = 4096 - overhead;
  SUBCASE("one byte less fits") {
    --body_bytes;
  }
  SUBCASE("the limit fits") {}
  SUBCASE("one byte more does not") {
    ++body_bytes;
  }
  const bool fits = body_bytes <= 4096 - overhead;
  c.deliver(std::string(body_bytes, 'x'));
  c.deliver("");  // empty messages count too
  c.mailbox->acknowledge(Outcome::received);
  c.to.peer().expect(forward("alice", fits ? std::string(body_bytes, 'x') : ""));
  c.mailbox->acknowledge(Outcome::received);
  CHECK(c.to.peer().try_next_frame() == std::nullopt);
  c.from.peer().expect(std::string(sent) + std::string(fits ? sent : failed) +
                       std::string(fits ? failed : sent));
}

TEST_CASE("L5.3: in a full mailbox whoever has most makes room for one who has less") {
  Limits limits;
  limits.max_mailbox_bytes = 4 * (100 + waiting_overhead_bytes);
  Correspondents c(limits);
  const std::string text(100, 'x');
  const auto expect = [&](const std::vector<std::string_view>& forwarded, const std::string& outcomes) {
    c.mailbox->open();
    for (const auto sender : forwarded) {
      c.to.peer().expect(forward(sender, text));
      c.mailbox->acknowledge(Outcome::received);
    }
    CHECK(c.to.peer().try_next_frame() == std::nullopt);
    c.from.peer().expect(outcomes);
    CHECK(c.to.budget().used_bytes() == 0);
    CHECK(c.to.connection()->held_bytes() == 0);
  };
  const std::string yes(sent);
  const std::string no(failed);
  SUBCASE("for each of several, as long as it has more than they") {
    for (int i = 0; i < 4; ++i) c.deliver(text);
    c.deliver(text, "carol");
    c.deliver(text, "dave");
    c.deliver(text, "carol");  // would have as much as alice
    c.deliver(text);
    expect({"alice", "carol", "dave", "alice"}, yes + yes + no + no + yes + yes + no + no);
  }
  SUBCASE("not when what it has more would not be enough") {
    for (const auto sender : {"alice", "alice", "bob", "carol"}) c.deliver(text, sender);
    c.deliver(text + "x", "dave");
    expect({"alice", "bob", "carol", "alice"}, yes + yes + yes + yes + no);
  }
}

TEST_CASE(
    "D2, D3: four senders and a recipient that answers: each message arrives once, in its sender's order") {
  constexpr int per_sender = 500;
  test::ConnectedPair to;
  Counters counters;
  const Limits limits;
  const auto mailbox = std::make_shared<Mailbox>(to.connection(), limits);
  mailbox->open();
  struct Source {
    test::ConnectedPair pair;
    std::shared_ptr<Replies> replies;
  };
  const std::vector<std::string> names{"a", "b", "c", "d"};
  std::map<std::string, Source> sources;
  for (const auto& name : names) {
    auto& source = sources[name];
    source.replies = std::make_shared<Replies>(source.pair.connection(), two_socket::DeliveredWord::sent,
                                               per_sender, Limits{}.receipt_timeout, counters);
  }
  std::vector<std::thread> threads;
  for (const auto& name : names)
    threads.emplace_back([&mailbox, name, replies = sources[name].replies] {
      for (int i = 0; i < per_sender; ++i)
        mailbox->deliver({name, std::to_string(i), Audience::user, {}},
                         Receipt(replies, replies->expect("bob", 1, 1, never)));
    });

  std::map<std::string, int> next;
  two_socket::Parser parser(two_socket::Side::server);
  for (std::size_t i = 0; i < names.size() * per_sender; ++i) {
    parser.feed(to.peer().next_frame());
    const auto event = parser.next();
    const auto* message = std::get_if<two_socket::Forward>(&event);
    REQUIRE(message != nullptr);
    CHECK(message->body == std::to_string(next[std::string(message->sender)]++));
    mailbox->acknowledge(Outcome::received);
  }
  for (auto& thread : threads) thread.join();
  for (auto& [name, source] : sources)
    for (int i = 0; i < per_sender; ++i) source.pair.peer().expect(sent);
  CHECK(counters.delivered == names.size() * per_sender);
}

TEST_CASE("SV2: what is sent aside has its turn when no message is out, and none leaves meanwhile") {
  Correspondents c;
  using Behind = Mailbox::Behind;
  CHECK_FALSE(c.mailbox->take_turn());
  c.mailbox->open();
  CHECK(c.mailbox->take_turn());
  c.deliver("one");
  c.mailbox->send_aside({"SERVER", "first", Audience::user, {}});
  c.mailbox->give_turn();
  c.to.peer().expect(forward("SERVER", "first") + forward("alice", "one"));
  c.deliver("two");
  CHECK_FALSE(c.mailbox->take_turn());
  c.mailbox->acknowledge(Outcome::received);  // by who knows of no turn
  c.deliver("three");
  CHECK_FALSE(c.mailbox->take_turn());
  c.mailbox->acknowledge(Outcome::received, Behind::who_wants_the_turn);
  CHECK(c.mailbox->take_turn());
  c.mailbox->send_aside({"SERVER", "second", Audience::user, {}});
  c.mailbox->give_turn();
  c.to.peer().expect(forward("alice", "two") + forward("SERVER", "second") + forward("alice", "three"));
  c.mailbox->acknowledge(Outcome::received, Behind::who_wants_the_turn);
  for (int i = 0; i < 3; ++i) c.from.peer().expect(sent);
  c.mailbox->close();
  CHECK_FALSE(c.mailbox->take_turn());
}

TEST_CASE("SV2: it knows whose message is out, also of one that had to wait") {
  Correspondents c;
  c.mailbox->remember_senders();
  c.mailbox->open();
  CHECK_FALSE(c.mailbox->is_out_from("alice"));
  c.deliver("one", "alice");
  c.deliver("two", "carol");
  CHECK(c.mailbox->is_out_from("ALICE"));
  CHECK_FALSE(c.mailbox->is_out_from("carol"));
  c.mailbox->acknowledge(Outcome::received);
  CHECK(c.mailbox->is_out_from("carol"));
  c.mailbox->acknowledge(Outcome::received);
  CHECK_FALSE(c.mailbox->is_out_from("carol"));
}

TEST_CASE("SV4: a line for the audience, as long as it is wanted") {
  Limits limits;
  test::ConnectedPair to(limits);
  const auto mailbox = std::make_shared<Mailbox>(to.connection(), limits, "bob");
  mailbox->open();
  const auto deliver = [&](std::string_view body, Audience audience) {
    mailbox->deliver({"alice", body, audience, "General"}, {});
  };
  mailbox->tell_audience(true);
  deliver("one", Audience::user);
  deliver("two", Audience::room);
  to.peer().expect("FORWARD alice\nAudience: bob\nContent-length: 3\n\none");
  mailbox->acknowledge(Outcome::received);
  to.peer().expect("FORWARD alice\nAudience: ALL\nContent-length: 3\n\ntwo");
  mailbox->end_bodies_with_newline();
  mailbox->acknowledge(Outcome::received);
  deliver("three", Audience::room);
  to.peer().expect("FORWARD alice\nAudience: ALL\nContent-length: 5\n\nthree\n");
  mailbox->acknowledge(Outcome::received);
  mailbox->tell_audience(false);
  deliver("four", Audience::user);
  to.peer().expect(forward("alice", "four") + "\n");
}

}  // namespace
}  // namespace parley
