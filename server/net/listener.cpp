#include "server/net/listener.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <asio/ip/v6_only.hpp>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "server/net/connection.hpp"

namespace parley {

using asio::ip::tcp;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds without_limit{-1};
constexpr milliseconds least_pause{10};
constexpr milliseconds most_pause{1000};

tcp::endpoint resolve(asio::io_context& context, const std::string& host, std::uint16_t port) {
  std::error_code error;
  const auto results =
      tcp::resolver(context).resolve(host, std::to_string(port), tcp::resolver::passive, error);
  if (error || results.empty())
    throw std::system_error(error, "'" + host + "' is not an address of this machine and no name for one");
  // "localhost" stands for both families; most clients of the protocol try IPv4 only.
  const auto v4 =
      std::ranges::find_if(results, [](const auto& result) { return result.endpoint().address().is_v4(); });
  return v4 != results.end() ? v4->endpoint() : results.begin()->endpoint();
}

}  // namespace

Listener::Listener(asio::io_context& context, const std::string& host, std::uint16_t port, Families families)
    : acceptor_(context) {
  const tcp::endpoint endpoint = resolve(context, host, port);
  try {
    acceptor_.open(endpoint.protocol());
    // Whatever the system's default is.
    if (endpoint.address().is_v6() && endpoint.address().is_unspecified())
      acceptor_.set_option(asio::ip::v6_only(families == Families::one));
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen();
    acceptor_.non_blocking(true);
  } catch (const std::system_error& error) {
    throw std::system_error(error.code(), "cannot listen on " + to_text(endpoint));
  }
}

Listener::Listener(asio::io_context& context, FileDescriptor socket) : acceptor_(context) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot listen on a socket that was passed");
  acceptor_.assign(address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), socket.release());
  acceptor_.non_blocking(true);
}

void Listener::accept_all(const std::function<void(tcp::socket)>& take,
                          const std::function<void(const std::string&)>& complain) noexcept {
  milliseconds pause = least_pause;
  auto next_complaint = Connection::Clock::now();
  while (!stopped_.wait(acceptor_.native_handle(), without_limit)) {
    try {
      std::error_code error;
      tcp::socket socket = acceptor_.accept(error);
      if (!error) {
        pause = least_pause;
        take(std::move(socket));
        continue;
      }
      if (error == asio::error::would_block || error == asio::error::connection_aborted ||
          error == asio::error::interrupted)
        continue;
      if (const auto now = Connection::Clock::now(); now >= next_complaint) {
        next_complaint = now + most_pause;
        complain(error.message());
      }
    } catch (const std::exception&) {  // out of memory
    }
    if (stopped_.wait(-1, pause)) return;
    pause = std::min(2 * pause, most_pause);
  }
}

}  // namespace parley
