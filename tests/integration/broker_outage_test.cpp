#include <doctest/doctest.h>

#include "tests/integration/broker_node.hpp"
#include "tests/support/contains.hpp"

using namespace std::chrono_literals;
using namespace parley::cluster;
using namespace parley::test;

TEST_CASE("a broker that ends and comes back has everything, and the same Broker goes on") {
  BrokerProcess process;
  BrokerNode one(process), two(process);
  one.open();
  two.open();
  REQUIRE(two->subscribe("to"));
  const auto created = one->create(Bucket::names, "alice", "one");

  int losses = 0;
  for (const bool by_force : {false, true}) {
    by_force ? process.kill() : process.stop();
    ++losses;
    wait_until([&] { return one.disconnected == losses && two.disconnected == losses; }, "the loss is told");
    CHECK_FALSE(one->is_connected());
    CHECK_FALSE(one->connect());
    CHECK(contains(one->problem(), "at the moment"));
    CHECK_FALSE(one->publish("to", "", "away"));
    CHECK(one->get(Bucket::names, "alice").reply == Reply::unavailable);
    CHECK(one->create(Bucket::names, "bob", "one").reply == Reply::unavailable);
    process.start();
    wait_until([&] { return one.connected == 1 + losses && two.connected == 1 + losses; }, "they are back");
    CHECK(ask([&] { return one->get(Bucket::names, "alice"); }).revision == created.revision);
    CHECK(ask([&] { return one->get(Bucket::names, "bob"); }).reply == Reply::missing);
    REQUIRE(two->flush(scaled(5s)));  // it has subscribed again
    REQUIRE(one->publish("to", "", "back"));
    CHECK(two.read() == "back");
  }
  CHECK(contains(one.log(), "connection to the broker at nats://127.0.0.1:"));
}

TEST_CASE("a broker that has forgotten its store gets new buckets") {
  BrokerProcess process;
  BrokerNode node(process);
  node.open();
  REQUIRE(node->create(Bucket::names, "alice", "one").reply == Reply::done);
  process.kill();
  wait_until([&] { return node.disconnected == 1; }, "the loss is told");
  process.forget();
  process.start();
  wait_until([&] { return node.connected == 2; }, "it is back");
  CHECK(node->get(Bucket::names, "alice").reply == Reply::unavailable);
  CHECK(node->create(Bucket::names, "alice", "one").reply == Reply::unavailable);
  CHECK(node->erase(Bucket::names, 1) == Reply::unavailable);
  wait_until([&] { return node->open_buckets(); }, "the buckets");
  CHECK(node->get(Bucket::names, "alice").reply == Reply::missing);
  CHECK(node->create(Bucket::names, "alice", "one").reply == Reply::done);
}

TEST_CASE("a broker that refused the password for a while is connected to again, with what was subscribed") {
  BrokerProcess process({.user = "node", .password = "secret"});
  BrokerNode one(process), two(process);
  one.open();
  two.open();
  REQUIRE(two->subscribe("to"));
  process.stop();
  process.ask_for_password("other");
  process.start();
  for (auto* node : {&one, &two}) {
    wait_until([&] { return contains(node->log(), "is given up"); }, "it gives up");
    CHECK(contains(refusal([&] { (*node)->connect(); }), "refuses this user or password"));
    CHECK_FALSE((*node)->is_connected());
    CHECK_FALSE(contains(node->log(), "secret"));
  }
  process.stop();
  process.ask_for_password("secret");
  process.start();
  one.open();
  two.open();
  REQUIRE(two->flush(scaled(5s)));
  REQUIRE(one->publish("to", "", "back"));
  CHECK(two.read() == "back");
}

TEST_CASE("a broker that stands still holds nobody up for longer than the request timeout") {
  BrokerProcess process;
  BrokerNode node({process.url()}, [](auto& options) {
    options.request_timeout = scaled(300ms);
    options.ping_interval = scaled(300ms);
  });
  node.open();
  process.pause();
  const auto begin = std::chrono::steady_clock::now();
  CHECK(node->create(Bucket::names, "alice", "one").reply == Reply::unavailable);
  CHECK_FALSE(node->flush(100ms));
  const std::string packet(node->max_payload_bytes(), 'x');
  while (node->publish("to", "", packet)) CHECK(std::chrono::steady_clock::now() - begin < scaled(patience));
  wait_until([&] { return node.disconnected > 0; }, "pings without an answer end the connection");
  process.resume();
  wait_until([&] { return node.connected > 1 && node->is_connected(); }, "it is back");
  CHECK(ask([&] { return node->create(Bucket::names, "bob", "one"); }).reply == Reply::done);
}

TEST_CASE("three brokers: whichever leads the names is killed, and nothing is lost") {
  BrokerCluster cluster;
  BrokerNode node(cluster.urls());
  node.open();
  const auto created = ask([&] { return node->create(Bucket::names, "alice", "one"); });
  REQUIRE(created.reply == Reply::done);
  auto& leader = cluster.leader_of("KV_parley-parley-names");
  leader.kill();
  const auto read = ask([&] { return node->get(Bucket::names, "alice"); });
  CHECK(read.revision == created.revision);
  const auto updated = ask([&] { return node->update(Bucket::names, "alice", "two", created.revision); });
  CHECK((updated.reply == Reply::done ||
         updated.reply == Reply::conflict));  // its first answer may have been lost
  const auto last = ask([&] { return node->get(Bucket::names, "alice"); });
  CHECK(last.value == "two");
  CHECK(node->erase(Bucket::names, created.revision) == Reply::missing);
  CHECK(node->erase(Bucket::names, last.revision) == Reply::done);
  CHECK(node->erase(Bucket::names, last.revision) == Reply::missing);
}
