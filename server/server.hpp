#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <chrono>
#include <list>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/thread_annotations.hpp"
#include "server/context.hpp"
#include "server/dialects.hpp"
#include "server/net/listener.hpp"
#include "server/net/sessions.hpp"
#include "server/options.hpp"

namespace parley {

/// The chat server: accepts sockets, gives each a session with a thread of its own, and ends them all.
class Server {
 public:
  /// Listens. Throws std::system_error when it cannot, and when a limit does not fit this system.
  Server(const Options& options, spdlog::logger& log);

  /// Stops, if nobody did.
  ~Server();

  /// A dialect and where it is spoken.
  struct Endpoint {
    const Dialect& dialect;
    asio::ip::tcp::endpoint address;
  };
  std::vector<Endpoint> endpoints() const;

  /// Begins to accept.
  void start();

  /// No new connections; answers that are out are finished within the stop timeout; every socket gets an
  /// orderly end and every thread is joined. The thread that made the server.
  void stop();

  /// How long nobody has been connected; zero while somebody is, and until the first one came. Any thread.
  std::chrono::milliseconds idle_for() const EXCLUDES(mutex_);

  const Counters& counters() const { return context_.counters; }

 private:
  /// One dialect's listening socket, with a thread that accepts.
  struct Door {
    Door(asio::io_context& io_context, const Options& options, const ListenPort& port, Context& context)
        : dialect(*port.dialect),
          make_session(dialect.make_sessions(context, options.dialect_settings)),
          listener(io_context, options.host, port.port) {}

    const Dialect& dialect;
    const SessionFactory make_session;
    Listener listener;
    std::thread acceptor;
  };

  void take(const Door& door, asio::ip::tcp::socket socket) EXCLUDES(mutex_);
  std::string refusal(const asio::ip::address& address) const REQUIRES(mutex_);
  void let_go(const asio::ip::address& address, bool refused) EXCLUDES(mutex_);
  bool may_take() const EXCLUDES(mutex_);

  Context context_;
  const std::size_t max_connections_;
  const int send_buffer_bytes_;
  asio::io_context io_context_;
  std::list<Door> doors_;

  mutable Mutex mutex_;  // taken alone
  std::size_t connections_ GUARDED_BY(mutex_) = 0;
  std::size_t refusals_ GUARDED_BY(mutex_) = 0;
  std::map<asio::ip::address, std::size_t> connections_by_address_ GUARDED_BY(mutex_);
  Connection::Clock::time_point idle_since_ GUARDED_BY(mutex_) = Connection::Clock::time_point::max();

  Sessions sessions_;  // last: they use all of the above
};

}  // namespace parley
