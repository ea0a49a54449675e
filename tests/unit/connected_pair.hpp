#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <memory>

#include "server/limits.hpp"
#include "server/log.hpp"
#include "server/net/connection.hpp"
#include "server/net/writer.hpp"
#include "tests/support/peer.hpp"

namespace parley::test {

/// The server's end of a loopback connection, and a peer at the other end of it.
class ConnectedPair {
 public:
  explicit ConnectedPair(const Limits& limits = {}, const PeerOptions& peer = {},
                         std::unique_ptr<TlsStream> tls = nullptr)
      : limits_(limits), peer_({"127.0.0.1", acceptor_.local_endpoint().port()}, peer) {
    auto accepted = acceptor_.accept();
    descriptor_ = accepted.native_handle();
    connection_ = std::make_shared<Connection>(std::move(accepted), shared_, std::move(tls));
    connection_->attach_owner();
    writer_.add(connection_);
  }
  ~ConnectedPair() {
    connection_->close();
    writer_.remove(*connection_);
  }
  ConnectedPair(const ConnectedPair&) = delete;
  ConnectedPair& operator=(const ConnectedPair&) = delete;

  const std::shared_ptr<Connection>& connection() const { return connection_; }
  Peer& peer() { return peer_; }
  /// Of the server's end, behind the connection's back.
  int descriptor() const { return descriptor_; }
  Budget& budget() { return budget_; }
  Lookout& lookout() { return lookout_; }

 private:
  const Limits limits_;
  std::shared_ptr<spdlog::logger> log_ = make_logger("test", spdlog::level::off);
  Budget budget_{limits_.max_waiting_bytes};
  PeerLog peer_log_{*log_};
  asio::io_context context_;
  Lookout lookout_;
  Writer writer_{budget_};
  const Connection::Shared shared_{limits_, writer_, lookout_, budget_, peer_log_, *log_};
  asio::ip::tcp::acceptor acceptor_{context_, {asio::ip::make_address("127.0.0.1"), 0}};
  std::shared_ptr<Connection> connection_;
  int descriptor_ = -1;
  Peer peer_;
};

}  // namespace parley::test
