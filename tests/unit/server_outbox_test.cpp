#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/chat/chat_user.hpp"
#include "server/chat/outbox.hpp"
#include "tests/unit/connected_pair.hpp"

namespace parley {
namespace {

using std::chrono::milliseconds;

/// A user's way out, and what became of what was sent to it.
struct Way {
  explicit Way(const Limits& some_limits = {}) : limits(some_limits), pair(limits) {}

  void send(std::string frame) {
    const std::size_t bytes = frame.size();
    outbox->send(make_frame(std::move(frame)), deliveries.receipt(bytes));
  }

  const Limits limits;
  Counters counters;
  DeliveryCounter deliveries{counters};
  test::ConnectedPair pair;
  std::shared_ptr<Outbox> outbox = std::make_shared<Outbox>(pair.connection(), limits);
};

TEST_CASE("what others send during a sign-on comes after its answer, in order") {
  Way way;
  way.send("refused\n");
  way.outbox->hold();
  way.send("one\n");
  way.send("two\n");
  CHECK(way.counters.delivered == 1);
  way.outbox->open(make_frame("welcome\n"));
  way.send("three\n");
  way.pair.peer().expect("refused\nwelcome\none\ntwo\nthree\n");
  CHECK(way.counters.delivered == 4);
}

TEST_CASE("a frame that is lost reports its failure") {
  Way way;
  way.outbox->hold();
  way.send("held");
  way.outbox->close();
  CHECK(way.counters.refused == 1);
  way.pair.connection()->finish({});
  way.send("late");
  CHECK(way.counters.refused == 2);
  CHECK(way.counters.delivered == 0);
}

TEST_CASE("during a sign-on what does not fit is refused, and what waits is kept") {
  Limits limits;
  limits.max_queue_bytes = 10'000;
  Way way(limits);
  const std::string half(4500, 'x');  // of what fits, with what it takes to keep it
  way.outbox->hold();
  way.send(half);
  way.send(half);
  CHECK(way.counters.refused == 0);
  way.send(half);
  CHECK(way.counters.refused == 1);
  way.outbox->open(make_frame("w"));
  way.pair.peer().expect("w" + half + half);
}

TEST_CASE("during a sign-on small frames count with what it takes to keep them") {
  Limits limits;
  limits.max_queue_bytes = 10'000;
  Way way(limits);
  way.outbox->hold();
  for (int i = 0; i < 1000; ++i) way.send("x");
  CHECK(way.counters.refused > 900);
  way.outbox->close();
}

/// Shows what it gets, and how much it did not.
class Reader : public ChatUser {
 public:
  using ChatUser::ChatUser;

  std::string_view dialect() const override { return "rooms"; }

 private:
  Format format() const override { return {this}; }
  Frames render(const Message& message, const Format&) const override {
    return {make_frame(std::string(message.body()))};
  }
  Frames render_left_out(std::size_t count) const override {
    return {make_frame("-" + std::to_string(count) + "-")};
  }
};

TEST_CASE("RM4.6: a paced user is left out of what would wait too long, and hears how much that was") {
  Way way;
  way.pair.connection()->pace(milliseconds{30});
  Reader reader("bob", way.outbox, 3);
  for (const auto* body : {"1", "2", "3", "4", "5", "6"})
    reader.deliver({"alice", body, Audience::room, {}}, way.deliveries.receipt(1));
  CHECK(way.counters.refused == 2);
  way.pair.peer().expect("1234");
  reader.deliver({"alice", "7", Audience::room, {}}, way.deliveries.receipt(1));
  way.pair.peer().expect("-2-7");
}

TEST_CASE("what waits for its pause when a sign-on begins comes before its answer") {
  Way way;
  way.pair.connection()->pace(milliseconds{20});
  for (const auto* frame : {"1", "2", "3"}) way.send(frame);
  way.outbox->hold();
  way.send("5");
  way.outbox->open(make_frame("4"));
  way.pair.peer().expect("12345");
}

TEST_CASE("frames of many threads during a sign-on are all written once") {
  for (int round = 0; round < 20; ++round) {
    Way way;
    way.outbox->hold();
    std::vector<std::thread> senders;
    for (int sender = 0; sender < 4; ++sender)
      senders.emplace_back([&] {
        for (int i = 0; i < 100; ++i) way.send("x");
      });
    way.outbox->open(make_frame("w"));
    for (auto& sender : senders) sender.join();
    way.pair.connection()->finish("e");
    CHECK(way.pair.peer().receive_until_end() == "w" + std::string(400, 'x') + "e");
    CHECK(way.counters.delivered == 400);
  }
}

}  // namespace
}  // namespace parley
