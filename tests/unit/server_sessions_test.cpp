#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <memory>
#include <thread>

#include "server/log.hpp"
#include "server/net/refused_session.hpp"
#include "server/net/sessions.hpp"
#include "tests/support/peer.hpp"

namespace parley {
namespace {

using namespace std::chrono_literals;
using Clock = Connection::Clock;

TEST_CASE("while somebody says whether it is late, sessions end") {
  const Limits limits;
  Budget budget(limits.max_waiting_bytes);
  const auto log = make_logger("test", spdlog::level::off);
  PeerLog peer_log(*log);
  asio::io_context context;
  asio::ip::tcp::acceptor acceptor(context, {asio::ip::make_address("127.0.0.1"), 0});
  Lookout lookout;
  Writer writer(budget);
  Waker::install();
  Sessions sessions(writer, lookout, 10ms);
  test::Peer peer({"127.0.0.1", acceptor.local_endpoint().port()});
  auto session = std::make_shared<RefusedSession>(
      std::make_shared<Connection>(acceptor.accept(),
                                   Connection::Shared{limits, writer, lookout, budget, peer_log, *log}),
      "no");
  const std::weak_ptr<Session> alive = session;
  sessions.start(std::move(session), [] {});
  CHECK_FALSE(alive.expired());
  sessions.stop_all("a test", [&] {
    peer.close();
    for (const auto end = Clock::now() + 10s; !alive.expired() && Clock::now() < end;)
      std::this_thread::yield();
    CHECK(alive.expired());
    return true;
  });
}

}  // namespace
}  // namespace parley
