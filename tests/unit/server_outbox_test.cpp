#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/chat/chat_user.hpp"
#include "server/chat/outbox.hpp"
#include "server/chat/pacer.hpp"
#include "tests/unit/connected_pair.hpp"

namespace parley {
namespace {

using std::chrono::milliseconds;

std::shared_ptr<Outbox> make_outbox(const test::ConnectedPair& pair, const Limits& limits,
                                    Pacer* pacer = nullptr) {
  return std::make_shared<Outbox>(pair.connection(), limits, pacer);
}

TEST_CASE("what others send during a sign-on comes after its answer, in order") {
  test::ConnectedPair pair;
  const Limits limits;
  Counters counters;
  DeliveryCounter deliveries{counters};
  const auto outbox = make_outbox(pair, limits);
  outbox->send("refused\n");
  outbox->hold();
  outbox->send("one\n", deliveries.receipt(3));
  outbox->send("two\n");
  CHECK(counters.delivered == 0);
  outbox->open("welcome\n");
  outbox->send("three\n");
  pair.peer().expect("refused\nwelcome\none\ntwo\nthree\n");
  CHECK(counters.delivered == 1);
}

TEST_CASE("a frame that is lost reports its failure") {
  test::ConnectedPair pair;
  const Limits limits;
  Counters counters;
  DeliveryCounter deliveries{counters};
  const auto outbox = make_outbox(pair, limits);
  outbox->hold();
  outbox->send("held", deliveries.receipt(4));
  outbox->close();
  CHECK(counters.refused == 1);
  outbox->send("late", deliveries.receipt(4));
  CHECK(counters.refused == 2);
  CHECK(counters.delivered == 0);
}

TEST_CASE("what does not fit is refused, and what waits is kept") {
  test::ConnectedPair pair;
  Limits limits;
  limits.max_mailbox_bytes = 10;
  Counters counters;
  DeliveryCounter deliveries{counters};
  const auto outbox = make_outbox(pair, limits);
  outbox->hold();
  outbox->send("12345", deliveries.receipt(5));
  outbox->send("12345", deliveries.receipt(5));
  CHECK(counters.refused == 0);
  outbox->send("6", deliveries.receipt(1));
  CHECK(counters.refused == 1);
  outbox->open("w");
  pair.peer().expect("w1234512345");
}

/// Shows what it gets, and how much it did not.
class Reader : public ChatUser {
 public:
  using ChatUser::ChatUser;

 private:
  Frames render(const Message& message) const override { return {std::string(message.body())}; }
  Frames render_left_out(std::size_t count) const override { return {"-" + std::to_string(count) + "-"}; }
};

TEST_CASE("a paced user gets no more than leaves within the receipt time, and hears what was left out") {
  test::ConnectedPair pair;
  Limits limits;
  limits.receipt_timeout = milliseconds{90};
  Pacer pacer(milliseconds{30});
  Counters counters;
  DeliveryCounter deliveries{counters};
  const auto outbox = make_outbox(pair, limits, &pacer);
  Reader reader("bob", outbox);
  outbox->hold();  // so that nothing leaves meanwhile
  for (const auto* body : {"1", "2", "3", "4", "5"})
    reader.deliver({"alice", body, Audience::room}, deliveries.receipt(1));
  CHECK(counters.refused == 2);
  outbox->open("w");
  pair.peer().expect("w123");
  reader.deliver({"alice", "6", Audience::room}, deliveries.receipt(1));
  pair.peer().expect("-2-6");
}

TEST_CASE("a paced outbox lets one frame out at a time, and the last words replace what waits") {
  test::ConnectedPair pair;
  const Limits limits;
  Pacer pacer(milliseconds{20});
  const auto outbox = make_outbox(pair, limits, &pacer);
  const auto begin = Connection::Clock::now();
  for (const auto* frame : {"1", "2", "3", "4"}) outbox->send(frame);
  pair.peer().expect("1234");
  CHECK(Connection::Clock::now() - begin >= milliseconds{60});
  outbox->hold();  // so that what follows waits for certain
  outbox->send("lost");
  outbox->finish("bye");
  outbox->send("late");
  pair.peer().expect("bye");
  pair.peer().expect_end();
}

TEST_CASE("what waited for its pause before the hold comes before what opens it") {
  test::ConnectedPair pair;
  const Limits limits;
  Pacer pacer(milliseconds{20});
  const auto outbox = make_outbox(pair, limits, &pacer);
  for (const auto* frame : {"1", "2", "3"}) outbox->send(frame);
  outbox->hold();
  outbox->send("5");
  outbox->open("4");
  pair.peer().expect("12345");
}

TEST_CASE("an outbox that goes away during its pause is let go") {
  test::ConnectedPair pair;
  const Limits limits;
  Pacer pacer(milliseconds{5});
  auto outbox = make_outbox(pair, limits, &pacer);
  outbox->send("1");
  const std::weak_ptr<Outbox> watched = outbox;
  outbox.reset();
  while (!watched.expired()) std::this_thread::yield();  // the pacer may hold it for a moment
  pair.peer().expect("1");
}

TEST_CASE("frames of many threads during a sign-on are all written once") {
  for (int round = 0; round < 20; ++round) {
    test::ConnectedPair pair;
    const Limits limits;
    const auto outbox = make_outbox(pair, limits);
    Counters counters;
    DeliveryCounter deliveries{counters};
    outbox->hold();
    std::vector<std::thread> senders;
    for (int sender = 0; sender < 4; ++sender)
      senders.emplace_back([&] {
        for (int i = 0; i < 100; ++i) outbox->send("x", deliveries.receipt(1));
      });
    outbox->open("w");
    for (auto& sender : senders) sender.join();
    outbox->finish("e");
    CHECK(pair.peer().receive_until_end() == "w" + std::string(400, 'x') + "e");
    CHECK(counters.delivered == 400);
  }
}

}  // namespace
}  // namespace parley
