#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "server/two_socket/replies.hpp"
#include "tests/unit/connected_pair.hpp"

namespace parley {
namespace {

using two_socket::DeliveredWord;

constexpr std::size_t max_unanswered = 4;

struct Sender {
  explicit Sender(DeliveredWord word = DeliveredWord::sent, std::size_t unanswered = max_unanswered)
      : replies(std::make_shared<Replies>(pair.connection(), word, unanswered, counters)) {}

  Receipt send_to(const std::string& recipient) { return replies->receipt(replies->expect(recipient, 1, 5)); }

  test::ConnectedPair pair;
  Counters counters;
  std::shared_ptr<Replies> replies;
};

TEST_CASE("D2: answers leave in the order of the SENDs, whatever the order of the receipts") {
  Sender sender;
  Receipt first = sender.send_to("bob");
  Receipt second = sender.send_to("carol");
  Receipt third = sender.send_to("dave");
  third.report(Outcome::received);
  second.report(Outcome::rejected);
  CHECK(sender.pair.peer().try_next_frame() == std::nullopt);
  first.report(Outcome::failed);
  sender.pair.peer().expect("ERROR 102 Unable to send\n\nERROR 103 Header incomplete\n\nSENT dave\n\n");
  CHECK(sender.replies->is_empty());
}

TEST_CASE("D1: a receipt that is dropped is a failure, and one that was reported is none") {
  Sender sender;
  { const Receipt dropped = sender.send_to("bob"); }
  {
    Receipt reported = sender.send_to("bob");
    reported.report(Outcome::received);
    reported.report(Outcome::failed);
    const Receipt moved = std::move(reported);
  }
  sender.pair.peer().expect("ERROR 102 Unable to send\n\nSENT bob\n\n");
  CHECK(sender.counters.delivered == 1);
  CHECK(sender.counters.bytes == 5);
  CHECK(sender.counters.refused == 1);
}

TEST_CASE("M2: the delivered word is the server's choice") {
  Sender sender(DeliveredWord::send);
  sender.send_to("bob").report(Outcome::received);
  sender.pair.peer().expect("SEND bob\n\n");
}

TEST_CASE("D4: a broadcast is answered once, when the last recipient reported; any failure is a 102") {
  Sender sender;
  for (const auto& [outcome, answer] : {std::pair{Outcome::received, "SENT ALL\n\n"},
                                        {Outcome::failed, "ERROR 102 Unable to send\n\n"},
                                        {Outcome::rejected, "ERROR 102 Unable to send\n\n"}}) {
    const auto sequence = sender.replies->expect("ALL", 3, 5);
    Receipt first = sender.replies->receipt(sequence);
    Receipt second = sender.replies->receipt(sequence);
    Receipt third = sender.replies->receipt(sequence);
    second.report(outcome);
    first.report(Outcome::received);
    CHECK(sender.pair.peer().try_next_frame() == std::nullopt);
    third.report(Outcome::received);
    sender.pair.peer().expect(answer);
  }
}

TEST_CASE("D2: a refused SEND is answered in its turn, and a flood of them takes no room") {
  Sender sender;
  Receipt first = sender.send_to("bob");
  for (int i = 0; i < 1000; ++i) sender.replies->refuse();
  CHECK(sender.replies->has_room());
  CHECK(sender.pair.peer().try_next_frame() == std::nullopt);
  first.report(Outcome::received);
  sender.pair.peer().expect("SENT bob\n\n");
  for (int i = 0; i < 1000; ++i) sender.pair.peer().expect("ERROR 102 Unable to send\n\n");
  sender.replies->refuse();
  sender.pair.peer().expect("ERROR 102 Unable to send\n\n");
}

TEST_CASE("L5: a sender waits for room when it has the most unanswered SENDs, and no longer") {
  Sender sender;
  std::vector<Receipt> receipts;
  for (std::size_t i = 0; i < max_unanswered - 1; ++i) receipts.push_back(sender.send_to("bob"));
  CHECK(sender.replies->has_room());
  receipts.push_back(sender.send_to("bob"));
  CHECK_FALSE(sender.replies->has_room());

  SUBCASE("an answer makes room") {
    std::thread settler([&] { receipts.front().report(Outcome::received); });
    CHECK(sender.replies->wait_for_room());
    settler.join();
  }
  SUBCASE("close() ends the wait") {
    std::thread closer([&] { sender.replies->close(); });
    CHECK_FALSE(sender.replies->wait_for_room());
    closer.join();
  }
  SUBCASE("so does the peer's end, though nobody reads") {
    sender.pair.peer().send("SEND bob\n");
    sender.pair.peer().close();
    CHECK_FALSE(sender.replies->wait_for_room());
  }
}

TEST_CASE("D2: four threads settle two thousand SENDs, and the answers are in order") {
  constexpr std::size_t count = 2000;
  constexpr std::size_t thread_count = 4;
  Sender sender(DeliveredWord::sent, count);
  std::vector<Receipt> receipts;
  for (std::size_t i = 0; i < count; ++i) receipts.push_back(sender.send_to("r" + std::to_string(i)));
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < thread_count; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < count; i += thread_count) receipts[i].report(Outcome::received);
    });
  for (std::size_t i = 0; i < count; ++i) sender.pair.peer().expect("SENT r" + std::to_string(i) + "\n\n");
  for (auto& thread : threads) thread.join();
  CHECK(sender.counters.delivered == count);
}

}  // namespace
}  // namespace parley
