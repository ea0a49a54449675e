#include <doctest/doctest.h>
#include <malloc.h>

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "server/two_socket/replies.hpp"
#include "tests/unit/connected_pair.hpp"
#include "tests/unit/never.hpp"

namespace parley {
namespace {

using two_socket::DeliveredWord;

constexpr std::size_t max_unanswered = 4;
constexpr std::string_view unable_to_send = "ERROR 102 Unable to send\n\n";
using test::never;
constexpr std::chrono::seconds receipt_time{10};

struct Sender {
  explicit Sender(DeliveredWord word = DeliveredWord::sent, std::size_t unanswered = max_unanswered)
      : replies(std::make_shared<Replies>(pair.connection(), word, unanswered, receipt_time, counters)) {}

  Receipt send_to(const std::string& recipient) {
    return Receipt(replies, replies->expect(recipient, 1, 5, never));
  }

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
  CHECK(sender.counters.unanswered == 0);
}

TEST_CASE("D2: who goes while another thread writes answers has them all before the stream ends") {
  constexpr std::size_t sends = 64;
  for (int round = 0; round < 200; ++round) {
    Sender sender(DeliveredWord::sent, sends);
    std::vector<Receipt> receipts;
    for (std::size_t i = 0; i < sends; ++i) receipts.push_back(sender.send_to("bob"));
    std::atomic<bool> has_begun = false;
    std::thread recipient([&] {
      for (Receipt& receipt : receipts) {
        receipt.report(Outcome::failed);
        has_begun = true;
      }
    });
    while (!has_begun) std::this_thread::yield();
    sender.replies->close();
    sender.pair.connection()->finish({});
    recipient.join();
    REQUIRE(sender.pair.peer().receive_until_end().size() == sends * unable_to_send.size());
  }
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
    const auto sequence = sender.replies->expect("ALL", 3, 5, never);
    Receipt first(sender.replies, sequence);
    Receipt second(sender.replies, sequence);
    Receipt third(sender.replies, sequence);
    second.report(outcome);
    first.report(Outcome::received);
    CHECK(sender.pair.peer().try_next_frame() == std::nullopt);
    third.report(Outcome::received);
    sender.pair.peer().expect(answer);
  }
}

TEST_CASE("D2: refused SENDs are answered in their turn, and count as unanswered until then as others do") {
  Sender sender;
  Receipt first = sender.send_to("bob");
  for (std::size_t i = 1; i < max_unanswered; ++i) {
    CHECK(sender.replies->has_room());
    sender.replies->refuse();
  }
  CHECK_FALSE(sender.replies->has_room());
  CHECK(sender.pair.peer().try_next_frame() == std::nullopt);
  first.report(Outcome::received);
  sender.pair.peer().expect("SENT bob\n\n");
  for (std::size_t i = 1; i < max_unanswered; ++i) sender.pair.peer().expect("ERROR 102 Unable to send\n\n");
  CHECK(sender.replies->has_room());
}

TEST_CASE("D1.9: a SEND whose time is up is answered, and what its recipients say later counts for nothing") {
  Sender sender;
  const auto now = Connection::Clock::now();
  const auto later = now + std::chrono::seconds{1};
  const auto sequence = sender.replies->expect("ALL", 2, 5, now);
  Receipt early(sender.replies, sequence);
  Receipt late(sender.replies, sequence);
  early.report(Outcome::received);
  Receipt second(sender.replies, sender.replies->expect("bob", 1, 5, later));
  CHECK(sender.pair.connection()->deadline(Deadline::send) == now);
  sender.replies->give_up(now);
  sender.pair.peer().expect("ERROR 102 Unable to send\n\n");
  CHECK(sender.pair.connection()->deadline(Deadline::send) == later);
  late.report(Outcome::received);
  CHECK(sender.counters.delivered == 1);
  CHECK(sender.counters.refused == 1);
  second.report(Outcome::received);
  sender.pair.peer().expect("SENT bob\n\n");
  CHECK(sender.pair.connection()->deadline(Deadline::send) == never);
}

TEST_CASE("D1.9: a SEND that is given up behind one that is not is answered in its turn") {
  Sender sender;
  const auto now = Connection::Clock::now();
  Receipt first = sender.send_to("bob");
  Receipt second(sender.replies, sender.replies->expect("carol", 1, 5, now));
  sender.replies->give_up(now);
  CHECK(sender.pair.peer().try_next_frame() == std::nullopt);
  second.report(Outcome::received);
  first.report(Outcome::received);
  sender.pair.peer().expect("SENT bob\n\nERROR 102 Unable to send\n\n");
}

TEST_CASE("D2: who leaves is answered all that it sent") {
  Sender sender;
  Receipt first = sender.send_to("bob");
  Receipt second = sender.send_to("carol");
  second.report(Outcome::received);
  sender.replies->close();
  sender.pair.peer().expect("ERROR 102 Unable to send\n\nSENT carol\n\n");
  first.report(Outcome::received);
  CHECK(sender.counters.unanswered == 0);
  CHECK(sender.counters.delivered == 1);
}

TEST_CASE("L5.2: a sender over its limit of unanswered SENDs is woken when it is below it, and only then") {
  Sender sender;
  Connection& connection = *sender.pair.connection();
  std::vector<Receipt> receipts;
  for (std::size_t i = 0; i < max_unanswered - 1; ++i) receipts.push_back(sender.send_to("bob"));
  CHECK(sender.replies->has_room_or_wake());
  receipts.push_back(sender.send_to("bob"));

  SUBCASE("an answer brings it below") {
    CHECK_FALSE(sender.replies->has_room_or_wake());
    CHECK_FALSE(connection.is_woken());
    receipts.front().report(Outcome::received);
    CHECK(connection.take_wake());
    CHECK(sender.replies->has_room_or_wake());
  }
  SUBCASE("who does not wait is not woken") {
    receipts.front().report(Outcome::received);
    CHECK_FALSE(connection.is_woken());
  }
  SUBCASE("an answer behind an open one does not") {
    CHECK_FALSE(sender.replies->has_room_or_wake());
    receipts.back().report(Outcome::received);
    CHECK_FALSE(connection.is_woken());
  }
}

TEST_CASE("One in so many answers is measured, and none of a SEND that was refused at once") {
  constexpr std::size_t count = 2 * AnswerTimes::measured_one_in;
  const auto measured = [](const Sender& sender) {
    std::uint64_t all = 0;
    for (const auto& one : sender.counters.answer_times.counts) all += one;
    return all;
  };
  Sender sender(DeliveredWord::sent, count);
  const auto answer_by = Connection::Clock::now() + receipt_time - std::chrono::milliseconds{1500};
  for (std::size_t i = 0; i <= AnswerTimes::measured_one_in; ++i)
    Receipt(sender.replies, sender.replies->expect("bob", 1, 5, answer_by)).report(Outcome::received);
  CHECK(measured(sender) == 2);
  CHECK(sender.counters.answer_times.sum_us >= 3'000'000);
  CHECK(sender.counters.answer_times.counts[0] == 0);

  Sender refused(DeliveredWord::sent, count);
  for (std::size_t i = 0; i < count; ++i) refused.replies->refuse();
  CHECK(measured(refused) == 0);
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

TEST_CASE("D2: a window that is never empty moves on, and its answers stay in order") {
  constexpr std::size_t count = 20 * max_unanswered;
  Sender sender;
  std::vector<Receipt> receipts;
  for (std::size_t i = 0; i < count; ++i) {
    receipts.push_back(sender.send_to("r" + std::to_string(i)));
    if (i > 0) receipts[i - 1].report(i % 3 == 0 ? Outcome::failed : Outcome::received);
  }
  for (std::size_t i = 1; i < count; ++i)
    sender.pair.peer().expect(i % 3 == 0 ? std::string(unable_to_send)
                                         : "SENT r" + std::to_string(i - 1) + "\n\n");
  CHECK(sender.counters.unanswered == 1);
}

TEST_CASE("a window that is never empty keeps little of what was answered") {  // sanitizers tell no memory
  const auto taken_bytes = [] {
    const auto heap = ::mallinfo2();
    return heap.uordblks + heap.hblkhd;
  };
  constexpr std::size_t count = 10'000;
  Sender sender;
  Receipt oldest = sender.send_to("bob");
  const auto before = taken_bytes();
  for (std::size_t i = 0; i < count; ++i) {
    Receipt next = sender.send_to("bob");
    oldest.report(Outcome::received);
    sender.pair.peer().expect("SENT bob\n\n");
    oldest = std::move(next);
  }
  CHECK(taken_bytes() < before + 8 * count);
}

TEST_CASE("R7: when everything was given up, every answer has been written, whoever wrote it") {
  for (std::size_t round = 0; round < 400; ++round) {
    const std::size_t count = 1 + round % max_unanswered;
    Sender sender;
    std::vector<Receipt> receipts;
    for (std::size_t i = 0; i < count; ++i) receipts.push_back(sender.send_to("bob"));
    std::atomic<bool> has_begun{false};
    std::thread recipient([&] {
      has_begun = true;
      for (Receipt& receipt : receipts) receipt.report(Outcome::received);
    });
    while (!has_begun) std::this_thread::yield();
    sender.replies->close();
    CHECK(sender.replies->is_answered(count - 1));
    for (std::size_t i = 0; i < count; ++i) CHECK(sender.pair.peer().try_next_frame() != std::nullopt);
    recipient.join();
    CHECK(sender.counters.unanswered == 0);
  }
}

TEST_CASE("R7: a SEND that is taken while its user leaves is answered, too") {
  Sender sender;
  sender.replies->close();
  Receipt receipt = sender.send_to("bob");
  sender.replies->close();
  sender.pair.peer().expect(unable_to_send);
  receipt.report(Outcome::received);
  CHECK(sender.counters.unanswered == 0);
}

}  // namespace
}  // namespace parley
