#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <memory>

#include "server/log.hpp"
#include "server/net/connection.hpp"
#include "tests/support/peer.hpp"

namespace parley::test {

/// The server's end of a loopback connection, and a peer at the other end of it.
class ConnectedPair {
 public:
  ConnectedPair() : peer_({"127.0.0.1", acceptor_.local_endpoint().port()}) {
    connection_ = std::make_shared<Connection>(acceptor_.accept(), 256 * 1024, *log_);
  }

  const std::shared_ptr<Connection>& connection() const { return connection_; }
  Peer& peer() { return peer_; }

 private:
  std::shared_ptr<spdlog::logger> log_ = make_logger("test", spdlog::level::off);
  asio::io_context context_;
  asio::ip::tcp::acceptor acceptor_{context_, {asio::ip::make_address("127.0.0.1"), 0}};
  std::shared_ptr<Connection> connection_;
  Peer peer_;
};

}  // namespace parley::test
