#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/net/connection.hpp"
#include "tests/unit/connected_pair.hpp"

namespace parley {
namespace {

using std::chrono::milliseconds;
using Clock = Connection::Clock;

const auto no_departure = [] { return std::unique_ptr<Departure>(); };

/// What became of frames that had to wait.
struct Fates {
  std::atomic<int> left{0};
  std::atomic<int> lost{0};

  std::unique_ptr<Departure> departure() {
    class Watched : public Departure {
     public:
      explicit Watched(Fates& fates) : fates_(fates) {}
      ~Watched() override { ++(has_left_ ? fates_.left : fates_.lost); }
      void has_left() noexcept override { has_left_ = true; }

     private:
      Fates& fates_;
      bool has_left_ = false;
    };
    return std::make_unique<Watched>(*this);
  }
};

/// Frames of 10,000 bytes, until one has to wait. Returns how many went before it.
int fill(Connection& connection, Fates& fates) {
  for (int count = 0;; ++count) {
    const auto frame = make_frame(std::string(10'000, static_cast<char>('a' + count % 26)));
    const Sent sent = connection.send(frame, [&] { return fates.departure(); });
    REQUIRE(sent != Sent::never);
    if (sent == Sent::later) return count;
  }
}

TEST_CASE("what the socket does not take waits, and leaves in order when it does") {
  Fates fates;
  test::ConnectedPair pair;
  Connection& connection = *pair.connection();
  int count = fill(connection, fates) + 1;
  for (; count % 26 != 0 || count < 52; ++count)
    CHECK(connection.send(make_frame(std::string(10'000, static_cast<char>('a' + count % 26))),
                          [&] { return fates.departure(); }) == Sent::later);
  CHECK(fates.left == 0);
  connection.finish("the end");
  std::string expected;
  for (int i = 0; i < count; ++i) expected.append(10'000, static_cast<char>('a' + i % 26));
  CHECK(pair.peer().receive_until_end() == expected + "the end");
  test::wait_until([&] { return connection.waiting_frames() == 0; }, "all has left");
  CHECK(fates.lost == 0);
  CHECK(pair.budget().used_bytes() == 0);
}

TEST_CASE("OD8: who lets more wait than it may is cut off, and what waited is lost") {
  Limits limits;
  limits.max_queue_bytes = 100'000;
  Fates fates;
  test::ConnectedPair pair(limits);
  Connection& connection = *pair.connection();
  fill(connection, fates);
  while (connection.send(make_frame(std::string(10'000, 'x')), [&] { return fates.departure(); }) ==
         Sent::later) {
    CHECK(connection.waiting_bytes() <= limits.max_queue_bytes);
  }
  CHECK_FALSE(connection.is_open());
  CHECK(std::string(connection.failure()) == "does not read what it is sent");
  CHECK(pair.budget().used_bytes() == 0);
  CHECK(fates.lost == 0);  // the owner tells, when it closes
  connection.close();
  CHECK(fates.lost > 8);
  CHECK(fates.left == 0);
}

TEST_CASE("a frame that waited longer than it may is lost, and the next one leaves") {
  Fates fates;
  test::ConnectedPair pair;
  Connection& connection = *pair.connection();
  const int count = fill(connection, fates) + 1;
  CHECK(connection.send(
            make_frame("late"), [&] { return fates.departure(); }, Clock::now()) == Sent::later);
  CHECK(connection.send(make_frame("in time"), [&] { return fates.departure(); }) == Sent::later);
  connection.finish({});
  const std::string all = pair.peer().receive_until_end();
  CHECK(all.size() == static_cast<std::size_t>(count) * 10'000 + 7);
  CHECK(all.ends_with("in time"));
  test::wait_until([&] { return fates.left + fates.lost == 3; }, "each frame has left, or is lost");
  CHECK(fates.lost == 1);
}

TEST_CASE("a paced connection lets one frame out at a time, and its last words replace what waits") {
  Fates fates;
  test::ConnectedPair pair;
  Connection& connection = *pair.connection();
  connection.pace(milliseconds{20});
  const auto begin = Clock::now();
  for (const auto* frame : {"1", "2", "3", "4"})
    CHECK(connection.send(make_frame(frame), no_departure) != Sent::never);
  pair.peer().expect("1234");
  CHECK(Clock::now() - begin >= milliseconds{60});
  connection.pace(std::chrono::hours{1});
  CHECK(connection.send(make_frame("5"), no_departure) != Sent::never);  // whatever is left of the last pause
  CHECK(connection.send(make_frame("lost"), [&] { return fates.departure(); }) == Sent::later);
  connection.finish("bye");
  CHECK(connection.send("late") == Sent::never);
  const std::string rest = pair.peer().receive_until_end();
  CHECK((rest == "5bye" || rest == "bye"));
  CHECK(fates.lost == 1);
}

TEST_CASE("who reads slowly has the time for progress until all has left, and then that for its end") {
  Limits limits;
  limits.linger_timeout = milliseconds{1};
  limits.progress_timeout = std::chrono::hours{1};
  Fates fates;
  test::ConnectedPair pair(limits);
  Connection& connection = *pair.connection();
  const auto began = Clock::now();
  fill(connection, fates);
  connection.finish("the end");
  CHECK_FALSE(connection.passed_deadline(Clock::now() + std::chrono::minutes{59}));
  CHECK(connection.passed_deadline(Clock::now() + std::chrono::hours{1}) == Deadline::progress);
  CHECK(pair.peer().receive_until_end().ends_with("the end"));
  test::wait_until([&] { return connection.deadline(Deadline::linger) < Clock::time_point::max(); },
                   "all has left");
  CHECK(connection.deadline(Deadline::linger) >= began + limits.linger_timeout);
  CHECK(connection.passed_deadline(Clock::now() + std::chrono::minutes{1}) == Deadline::linger);
  CHECK(connection.deadline(Deadline::progress) == Clock::time_point::max());
}

TEST_CASE("who has nothing to read has the time for its end at once, and none of it is given twice") {
  test::ConnectedPair pair;
  Connection& connection = *pair.connection();
  connection.finish("the end");
  const auto linger = connection.deadline(Deadline::linger);
  CHECK(linger < Clock::time_point::max());
  connection.finish("again");
  CHECK(connection.deadline(Deadline::linger) == linger);
  CHECK(pair.peer().receive_until_end() == "the end");
}

TEST_CASE("OD8: of a frame that has begun to leave only the rest has to wait") {
  Limits limits;
  limits.max_queue_bytes = 1'000'000;
  test::ConnectedPair pair(limits, {.receive_buffer_bytes = 4096});
  CHECK(pair.connection()->send(std::string(limits.max_queue_bytes, 'x')) == Sent::later);
  pair.connection()->finish({});
  CHECK(pair.peer().receive_until_end().size() == limits.max_queue_bytes);
}

TEST_CASE("a wish and a wake reach an owner that is blocked in a read") {
  test::ConnectedPair pair;
  Connection& connection = *pair.connection();
  Waker::install();
  std::atomic<bool> is_awake{false};
  std::thread stranger([&] {
    // As the watchdog does: again for as long as it was not seen.
    connection.ask_to_end("a test");
    while (!is_awake) connection.wake();
  });
  char scratch[16];
  std::error_code error;
  connection.attach_owner();
  while (!connection.take_wake()) CHECK(connection.read_some(scratch, error) == 0);
  is_awake = true;
  CHECK_FALSE(error);
  stranger.join();
  CHECK(std::string(connection.end_wish()) == "a test");
  CHECK(connection.farewell().is_empty());
  connection.ask_to_end("a later wish", "Good bye.");
  CHECK(std::string(connection.end_wish()) == "a test");
  CHECK(connection.farewell().view() == "Good bye.");
  connection.ask_to_end("the last wish", "Go away.");
  CHECK(connection.farewell().view() == "Good bye.");
}

TEST_CASE("who waits for the peer's end hears of it behind bytes that are not read, and of a wake") {
  test::ConnectedPair pair;
  Connection& connection = *pair.connection();
  SUBCASE("the end") {
    pair.peer().send("unread");
    pair.peer().close();
    CHECK(connection.wait_for_end());
  }
  SUBCASE("a wake, however early") {
    connection.wake();
    CHECK_FALSE(connection.wait_for_end());
    CHECK(connection.take_wake());
  }
}

TEST_CASE("a server that holds too much drops the longest queue, and no more than it must") {
  Limits limits;
  limits.max_waiting_bytes = 1'000'000;
  Budget budget(limits.max_waiting_bytes);
  // A common writer, as a server has.
  const auto log = make_logger("test", spdlog::level::off);
  PeerLog peer_log(*log);
  asio::io_context context;
  Lookout lookout;
  Writer writer(budget);
  const Connection::Shared shared{limits, writer, lookout, budget, peer_log, *log};
  asio::ip::tcp::acceptor acceptor(context, {asio::ip::make_address("127.0.0.1"), 0});
  std::vector<std::shared_ptr<Connection>> connections;
  std::vector<test::Peer> peers;
  for (int i = 0; i < 3; ++i) {
    peers.emplace_back(test::Endpoint{"127.0.0.1", acceptor.local_endpoint().port()});
    connections.push_back(std::make_shared<Connection>(acceptor.accept(), shared));
    writer.add(connections.back());
  }
  Fates fates;
  for (auto& connection : connections) fill(*connection, fates);
  const auto frame = make_frame(std::string(100'000, 'x'));
  SUBCASE("frames of its own count each, and the longest queue goes") {
    for (int i = 0; i < 9; ++i) (void)connections[1]->send(std::string(100'000, 'x'));
    (void)connections[0]->send(std::string(100'000, 'x'));
    CHECK(connections[0]->is_open());
    CHECK_FALSE(connections[1]->is_open());
    CHECK(connections[2]->is_open());
    CHECK_FALSE(budget.is_exceeded());
  }
  SUBCASE("a frame that all wait for counts once") {
    for (int i = 0; i < 9; ++i)
      for (auto& connection : connections) (void)connection->send(frame, no_departure);
    for (auto& connection : connections) CHECK(connection->is_open());
    CHECK(budget.used_bytes() < 300'000);
  }
  for (auto& connection : connections) connection->close();
  CHECK(budget.used_bytes() < 101'000);
}

}  // namespace
}  // namespace parley
