#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/conformance/interop/interop_wire.hpp"
#include "tests/conformance/process/recording_relay.hpp"
#include "tests/support/peer.hpp"

using namespace parley;
using conform::RelayEvent;

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

/// A port of 127.0.0.1 that nobody else gets, and where nobody listens.
struct Bound {
  explicit Bound(int flags = 0) : socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket.get(), generic, length) == 0);
    REQUIRE(::getsockname(socket.get(), generic, &length) == 0);
    port = ntohs(address.sin_port);
  }
  FileDescriptor socket;
  std::uint16_t port = 0;
};

/// Takes connections.
struct Listener : Bound {
  explicit Listener(int flags = 0) : Bound(flags) { REQUIRE(::listen(socket.get(), 4) == 0); }
};

/// A relay with one user, in front of a server on that port.
struct Relayed {
  explicit Relayed(std::uint16_t server_port) {
    Listener listener(SOCK_NONBLOCK);
    port = listener.port;
    std::vector<std::vector<FileDescriptor>> listeners(1);
    listeners.front().push_back(std::move(listener.socket));
    relay.emplace(network, server_port, std::move(listeners));
  }
  const conform::Network network{false};
  std::uint16_t port = 0;
  std::optional<conform::RecordingRelay> relay;
};

std::string receive(int socket, std::size_t count) {
  std::string bytes(count, '\0');
  const auto got = ::recv(socket, bytes.data(), count, MSG_WAITALL);
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

}  // namespace

TEST_CASE("a relay hands on every byte and the end of each direction, and keeps them") {
  const Listener server;
  Relayed relayed(server.port);
  test::Peer client({"127.0.0.1", relayed.port});
  const FileDescriptor served(::accept(server.socket.get(), nullptr, nullptr));
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  client.send(all);
  CHECK(receive(served.get(), all.size()) == all);
  client.half_close();
  CHECK(receive(served.get(), 1).empty());
  REQUIRE(::send(served.get(), "late", 4, 0) == 4);
  client.expect("late");
  ::shutdown(served.get(), SHUT_WR);
  client.expect_end();

  const auto events = relayed.relay->events_since(0);
  std::string from_client;
  for (const RelayEvent& event : events)
    if (event.is_from_client) from_client += event.bytes;
  CHECK(from_client == all);
  CHECK(events.front().kind == RelayEvent::Kind::opened);
  CHECK(events.back().kind == RelayEvent::Kind::ended);
  CHECK_FALSE(events.back().is_from_client);
}

TEST_CASE("what is more than sockets hold goes through a relay, and what is not kept is told") {
  const Listener server;
  Relayed relayed(server.port);
  test::Peer client({"127.0.0.1", relayed.port});
  const FileDescriptor served(::accept(server.socket.get(), nullptr, nullptr));
  const std::string large(8 * 1024 * 1024, 'x');
  std::thread sender([&] { client.send(large); });
  CHECK(receive(served.get(), large.size()) == large);
  sender.join();
  CHECK(relayed.relay->is_cut());
}

TEST_CASE("a relay resets where the other end did, and where nobody listens") {
  const Listener server;
  Relayed relayed(server.port);
  test::Peer client({"127.0.0.1", relayed.port});
  const FileDescriptor served(::accept(server.socket.get(), nullptr, nullptr));
  client.abort();
  char byte = 0;
  CHECK(::recv(served.get(), &byte, 1, 0) == -1);
  CHECK(relayed.relay->events_since(0).back().kind == RelayEvent::Kind::reset);

  const Bound silent;
  Relayed nowhere(silent.port);
  const FileDescriptor refused(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(nowhere.port);
  // The reset may come before the client knows that it is connected.
  CHECK((::connect(refused.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
         ::recv(refused.get(), &byte, 1, 0) == -1));
  CHECK(nowhere.relay->events_since(0).back().kind == RelayEvent::Kind::refused);
}

TEST_CASE("why a client has not signed on") {
  const auto bytes = [](bool from_client, std::string text) {
    return RelayEvent{{}, 0, 0, from_client, RelayEvent::Kind::bytes, std::move(text)};
  };
  const RelayEvent opened{{}, 0, 0, true, RelayEvent::Kind::opened, {}};
  const RelayEvent ended{{}, 0, 0, false, RelayEvent::Kind::ended, {}};
  const RelayEvent asks = bytes(true, "REGISTER TOSEND alice\n\n");
  const auto why = [](std::vector<RelayEvent> events) {
    return conform::Wire(std::move(events)).why_no_sign_on(0);
  };
  CHECK(why({}) == "it does not connect");
  CHECK(why({opened}) == "it connects and sends nothing");
  CHECK(why({opened, asks}) == "the server does not answer \"REGISTER TOSEND alice\\n\\n\"");
  CHECK(why({opened, asks, ended}) == "the server ends the connection after \"REGISTER TOSEND alice\\n\\n\"");
  CHECK(why({opened, asks, bytes(false, "ERROR 101"), ended}) ==
        "the server answers \"ERROR 101\" to \"REGISTER TOSEND alice\\n\\n\"");
  CHECK(why({opened, ended}) == "the server ends the connection");
}
