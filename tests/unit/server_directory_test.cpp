#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "server/directory.hpp"

namespace parley {
namespace {

class Somebody : public Member {
 public:
  using Member::Member;
  void deliver(const Message&, Receipt) override {}
};

std::shared_ptr<Member> somebody(std::string name) {
  return std::make_shared<Somebody>(std::move(name));
}

TEST_CASE("R1: a name is held once, whatever the case of its letters") {
  Directory directory;
  const auto alice = somebody("Alice");
  const auto other = somebody("aLICE");
  CHECK(directory.hold(alice) == alice);
  CHECK(directory.hold(other) == alice);
  CHECK(directory.hold(somebody("alic")) != alice);
}

TEST_CASE("R4: who only holds a name is not found") {
  Directory directory;
  const auto alice = somebody("alice");
  directory.hold(alice);
  CHECK(directory.find("alice") == nullptr);
  CHECK(directory.everyone_but(*somebody("bob")).empty());
  directory.sign_on(*alice);
  CHECK(directory.find("ALICE") == alice);
  CHECK(directory.everyone_but(*somebody("bob")) == Directory::Members{alice});
}

TEST_CASE("R7: a released name is free at once, and only its holder can release it") {
  Directory directory;
  const auto alice = somebody("alice");
  const auto impostor = somebody("alice");
  directory.hold(alice);
  directory.sign_on(*alice);
  directory.release(*impostor);
  CHECK(directory.find("alice") == alice);
  directory.release(*alice);
  CHECK(directory.find("alice") == nullptr);
  CHECK(directory.hold(impostor) == impostor);
  directory.sign_on(*alice);  // too late: the name is somebody else's
  CHECK(directory.find("alice") == nullptr);
}

TEST_CASE("D4: everyone but one") {
  Directory directory;
  const auto alice = somebody("alice");
  for (const auto& member : {alice, somebody("bob"), somebody("carol")}) {
    directory.hold(member);
    directory.sign_on(*member);
  }
  const auto others = directory.everyone_but(*alice);
  CHECK(others.size() == 2);
  CHECK(std::ranges::find(others, alice) == others.end());
}

TEST_CASE("R1: of many threads that want one name at the same time exactly one holds it") {
  constexpr int thread_count = 8;
  for (int round = 0; round < 50; ++round) {
    Directory directory;
    std::atomic<int> holders{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < thread_count; ++i)
      threads.emplace_back([&] {
        const auto me = somebody("alice");
        if (directory.hold(me) == me) ++holders;
        directory.find("alice");
      });
    for (auto& thread : threads) thread.join();
    CHECK(holders == 1);
  }
}

}  // namespace
}  // namespace parley
