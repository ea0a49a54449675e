// The queue between the receiver thread and the interface: bounded, never a deadlock.

#include <doctest/doctest.h>
#include <poll.h>

#include <future>
#include <string>

#include "client/event_queue.hpp"

using namespace parley::client;

namespace {

bool is_readable(int fd) {
  pollfd descriptor{fd, POLLIN, 0};
  return ::poll(&descriptor, 1, 0) == 1;
}

Message message_of(std::size_t bytes) {
  return {"", std::string(bytes, 'x')};
}

}  // namespace

TEST_CASE("events come out in order, and the descriptor tells of them") {
  EventQueue queue;
  CHECK_FALSE(is_readable(queue.fd()));
  CHECK(queue.push(Strange{"1"}));
  CHECK(queue.push(Lost{"2"}));
  CHECK(is_readable(queue.fd()));
  const auto events = queue.take_all();
  REQUIRE(events.size() == 2);
  CHECK(std::get<Strange>(events[0]).what == "1");
  CHECK(std::get<Lost>(events[1]).reason == "2");
  CHECK_FALSE(is_readable(queue.fd()));
  CHECK(queue.take_all().empty());
}

namespace {

/// Pushes `count` events, which fill the queue, and one more; takes them all.
void check_bound(const Message& event, std::size_t count) {
  EventQueue queue;
  for (std::size_t i = 0; i < count; ++i) REQUIRE(queue.push(event));
  std::promise<void> pushed;
  auto more = std::async(std::launch::async, [&] {
    const bool taken = queue.push(Lost{"last"});
    pushed.set_value();
    return taken;
  });
  // Only taking makes room: had the last not waited, it could be among the first that are taken.
  CHECK(queue.take_all().size() == count);
  REQUIRE(pushed.get_future().wait_for(std::chrono::seconds(60)) == std::future_status::ready);
  CHECK(more.get());
  CHECK(queue.take_all().size() == 1);
}

}  // namespace

TEST_CASE("a full queue makes the receiver wait until the interface has caught up") {
  check_bound(message_of(1), EventQueue::max_events);
  check_bound(message_of(EventQueue::max_bytes / 4), 4);
}

TEST_CASE("closing ends the wait for room, and nothing is taken in any more") {
  EventQueue queue;
  for (std::size_t i = 0; i < EventQueue::max_events; ++i) REQUIRE(queue.push(message_of(1)));
  auto waiting = std::async(std::launch::async, [&] { return queue.push(Lost{"late"}); });
  queue.close();
  CHECK_FALSE(waiting.get());
  CHECK(queue.take_all().size() == EventQueue::max_events);
  CHECK_FALSE(queue.push(Lost{"later"}));
}
