#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <system_error>

#include "base/event_flag.hpp"
#include "base/file_descriptor.hpp"

namespace parley {

/// One listening socket. accept_all() is for one thread; stop() for any other.
class Listener {
 public:
  /// Whether :: stands for IPv4, too.
  enum class Families : std::uint8_t { both, one };

  /// Listens on the first address that `host` stands for. Throws std::system_error with a plain text that
  /// names the address.
  Listener(asio::io_context& context, const std::string& host, std::uint16_t port,
           Families families = Families::both);

  /// Takes a TCP socket that listens already. Throws std::system_error.
  Listener(asio::io_context& context, FileDescriptor socket);

  asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

  /// Gives every connection to `take` until stop(). Out of descriptors or memory it waits, longer each time
  /// (accept would spin); `complain` is told, at most once a second.
  void accept_all(const std::function<void(asio::ip::tcp::socket)>& take,
                  const std::function<void(const std::string&)>& complain) noexcept;

  /// For one who polls many sockets: readable when somebody waits, who is taken then, or there is an error.
  int descriptor() { return acceptor_.native_handle(); }
  asio::ip::tcp::socket accept(std::error_code& error) { return acceptor_.accept(error); }

  /// Ends accept_all().
  void stop() { stopped_.set(); }

  /// After accept_all(): who connects from now on is refused by the kernel, not left in the backlog, unless
  /// another process has the socket, too.
  void close() { acceptor_.close(); }

 private:
  asio::ip::tcp::acceptor acceptor_;  // non-blocking: closing a blocking one would not wake it
  EventFlag stopped_;
};

}  // namespace parley
