#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "tests/integration/broker_node.hpp"
#include "tests/support/contains.hpp"

using namespace std::chrono_literals;
using namespace parley::cluster;
using namespace parley::test;

TEST_CASE("messages arrive in order, of any bytes, and not at their publisher") {
  BrokerProcess process;
  BrokerNode one(process), two(process);
  REQUIRE(one->connect());
  REQUIRE(two->connect());
  CHECK(one->subject("to.two") == "parley.parley.to.two");
  REQUIRE(two->subscribe(two->subject("to.two.in")));
  REQUIRE(two->flush(scaled(5s)));

  REQUIRE(two->publish(one->subject("to.two.in"), "", "own"));
  for (int number = 0; number < 1'000; ++number)
    REQUIRE(one->publish(one->subject("to.two.in"), one->subject("to.one.lost"), std::to_string(number)));
  REQUIRE(one->publish(one->subject("to.two.in"), "", std::string("\0\xff\r\n", 4)));
  for (int number = 0; number < 1'000; ++number) REQUIRE(two.read() == std::to_string(number));
  CHECK(two.read() == std::string("\0\xff\r\n", 4));
  CHECK_FALSE(one->publish(one->subject("to.two.in"), "", std::string(one->max_payload_bytes() + 1, 'x')));
  CHECK(one->publish(one->subject("to.two.in"), "", std::string(one->max_payload_bytes(), 'x')));
  CHECK(two.read().size() == one->max_payload_bytes());
}

TEST_CASE("the broker tells when nobody has the subject") {
  BrokerProcess process;
  BrokerNode node(process);
  REQUIRE(node->connect());
  std::atomic<int> undelivered = 0, other = 0;
  REQUIRE(node->listen(node->subject("to.one.lost.>"), [&](const Broker::Heard& heard) {
    const bool is_as_expected =
        heard.is_undelivered && heard.bytes.empty() && heard.subject == "parley.parley.to.one.lost.two.7";
    ++(is_as_expected ? undelivered : other);
  }));
  REQUIRE(node->publish(node->subject("to.two.in"), node->subject("to.one.lost.two.7"), "packet"));
  wait_until([&] { return undelivered + other > 0; }, "the broker's word");
  CHECK(other == 0);
}

TEST_CASE("listeners hear what is published, and nothing once the broker is destroyed") {
  BrokerProcess process;
  BrokerNode one(process), two(process);
  REQUIRE(one->connect());
  REQUIRE(two->connect());
  std::atomic<int> heard = 0;
  REQUIRE(one->listen("beat", [&](const Broker::Heard& beat) { heard += beat.bytes == "x"; }));
  REQUIRE(one->flush(scaled(5s)));
  std::atomic<bool> is_ending = false;
  std::jthread publisher([&] {
    while (!is_ending) two->publish("beat", "", "x");
  });
  wait_until([&] { return heard > 100; }, "100 beats");
  one.destroy();
  const int heard_until_then = heard;
  two->flush(scaled(5s));
  is_ending = true;
  publisher.join();
  CHECK(heard == heard_until_then);
  CHECK(one.disconnected == 0);
}

TEST_CASE("a full queue is told, logged, and no end of what comes later") {
  BrokerProcess process;
  BrokerNode one(process), two({process.url()}, [](auto&options) { options.max_pending_bytes = 3'000; });
  REQUIRE(one->connect());
  REQUIRE(two->connect());
  REQUIRE(two->subscribe("to"));
  REQUIRE(two->flush(scaled(5s)));
  for (int number = 0; number < 100; ++number) REQUIRE(one->publish("to", "", std::string(100, 'x')));
  wait_until([&] { return two.lost > 0; }, "the loss is told");
  wait_until([&] { return contains(two.log(), "came faster than they were read"); }, "a line of it");
  REQUIRE(one->flush(scaled(5s)));
  REQUIRE(two->flush(scaled(5s)));
  int kept = 0;
  while (two->next(1ms)) ++kept;
  CHECK(kept < 100);
  CHECK(kept > 0);
  REQUIRE(one->publish("to", "", "later"));
  CHECK(two.read() == "later");
}
