#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "tests/integration/broker_node.hpp"
#include "tests/support/contains.hpp"

using namespace std::chrono_literals;
using namespace parley::cluster;
using namespace parley::test;

TEST_CASE("a broker without JetStream is refused with what to do") {
  BrokerProcess process({.has_jetstream = false});
  BrokerNode node(process);
  REQUIRE(node->connect());
  CHECK(refusal([&] { node->open_buckets(); }) ==
        "the broker at " + process.url() +
            " has no JetStream: start nats-server with -js, or put jetstream {} into its configuration");
}

TEST_CASE("three URLs of what is no cluster are refused") {
  BrokerProcess process;
  BrokerNode node({process.url(), process.url(), process.url()});
  REQUIRE(node->connect());
  CHECK(contains(refusal([&] { node->open_buckets(); }), "is no cluster, though 3 URLs"));
}

TEST_CASE("of several who create a key one wins, and the revision decides all that follows") {
  BrokerProcess process;
  BrokerNode one(process), two(process);
  one.open();
  two.open();
  REQUIRE(one->get(Bucket::names, "alice").reply == Reply::missing);

  const auto created = one->create(Bucket::names, "alice", "one");
  REQUIRE(created.reply == Reply::done);
  CHECK(two->create(Bucket::names, "alice", "two").reply == Reply::conflict);
  CHECK(two->create(Bucket::nodes, "alice", "of another bucket").reply == Reply::done);
  auto read = two->get(Bucket::names, "alice");
  CHECK(read.reply == Reply::done);
  CHECK(read.value == "one");
  CHECK(read.revision == created.revision);

  const auto updated = two->update(Bucket::names, "alice", std::string("\0\xff\r\n", 4), created.revision);
  REQUIRE(updated.reply == Reply::done);
  CHECK(updated.revision > created.revision);
  CHECK(one->get(Bucket::names, "alice").value == std::string("\0\xff\r\n", 4));
  CHECK(one->update(Bucket::names, "alice", "stale", created.revision).reply == Reply::conflict);
  CHECK(one->erase(Bucket::names, created.revision) == Reply::missing);
  CHECK(one->get(Bucket::names, "alice").revision == updated.revision);

  CHECK(one->erase(Bucket::names, updated.revision) == Reply::done);
  CHECK(one->erase(Bucket::names, updated.revision) == Reply::missing);
  CHECK(one->get(Bucket::names, "alice").reply == Reply::missing);
  CHECK(one->update(Bucket::names, "alice", "erased", updated.revision).reply == Reply::conflict);
  const auto again = two->create(Bucket::names, "alice", "again");
  CHECK(again.reply == Reply::done);
  CHECK(again.revision > updated.revision);
}

TEST_CASE("many who create one key at once: one of them is done, all others conflict") {
  BrokerProcess process;
  BrokerNode node(process);
  node.open();
  std::atomic<int> done = 0, conflicts = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread)
      threads.emplace_back([&] {
        for (int key = 0; key < 25; ++key) {
          const auto reply = node->create(Bucket::names, std::to_string(key), "mine").reply;
          done += reply == Reply::done;
          conflicts += reply == Reply::conflict;
        }
      });
  }
  CHECK(done == 25);
  CHECK(conflicts == 75);
}

TEST_CASE("a bucket that somebody else made is used when claims can be erased from it, else refused") {
  const std::string config = R"({"name":"KV_parley-parley-nodes","subjects":["$KV.parley-parley-nodes.>"],)"
                             R"("max_msgs_per_subject":5,"storage":"memory","num_replicas":1,"deny_delete":)";
  for (const std::string deny_delete : {"false", "true"}) {
    BrokerProcess process;
    BrokerNode node(process);
    REQUIRE(node->connect());
    REQUIRE(node->subscribe("answer"));
    REQUIRE(
        node->publish("$JS.API.STREAM.CREATE.KV_parley-parley-nodes", "answer", config + deny_delete + "}"));
    REQUIRE_FALSE(contains(node.read(), "\"error\""));
    if (deny_delete == "true") {
      CHECK(contains(refusal([&] { node->open_buckets(); }), "parley-parley-nodes of the broker"));
      continue;
    }
    REQUIRE(node->open_buckets());
    const auto created = node->create(Bucket::nodes, "node", "1");
    CHECK(node->erase(Bucket::nodes, created.revision) == Reply::done);
    CHECK(node->create(Bucket::nodes, "node", "2").reply == Reply::done);
  }
}

TEST_CASE("a key that was deleted with another tool is no key") {
  BrokerProcess process;
  BrokerNode node(process);
  node.open();
  REQUIRE(node->create(Bucket::names, "alice", "one").reply == Reply::done);
  Peer tool({"127.0.0.1", process.port()});
  const std::string marker = "NATS/1.0\r\nKV-Operation: DEL\r\n\r\n";
  const std::string length = std::to_string(marker.size());
  tool.send("CONNECT {\"headers\":true,\"verbose\":false}\r\nHPUB $KV.parley-parley-names.alice " + length +
            " " + length + "\r\n" + marker + "\r\n");
  wait_until([&] { return node->get(Bucket::names, "alice").reply == Reply::missing; }, "the marker");
  CHECK(node->create(Bucket::names, "alice", "two").reply == Reply::done);
  CHECK(node->get(Bucket::names, "alice").value == "two");
}
