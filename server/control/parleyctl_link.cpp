#include "server/control/parleyctl_link.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace parley::control {
namespace {

constexpr timeval patience{30, 0};

std::string text_of(int error) {
  return std::generic_category().message(error);
}

std::string why_not(int error, const std::string& path) {
  if (error == ENOENT || error == ECONNREFUSED)
    return "no server listens at " + path + "; parleyd does with --control " + path;
  if (error == EACCES) return path + " is another account's; ask as that one, or as root";
  return "cannot connect to " + path + ": " + text_of(error);
}

}  // namespace

ServerLink::ServerLink(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (!socket_) throw std::runtime_error("no socket: " + text_of(errno));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    throw std::runtime_error("no socket has a path of more than " +
                             std::to_string(sizeof address.sun_path - 1) + " bytes");
  path.copy(address.sun_path, path.size());
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error(why_not(errno, path));
}

void ServerLink::ask(std::string_view request, FunctionRef<bool(std::string_view)> take) {
  // Requests fit into any socket's buffer. A server that closes at once may have said why before.
  (void)::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL);
  std::string lines;
  std::array<char, 16 * 1024> room;
  for (;;) {
    const ssize_t count = ::recv(socket_.get(), room.data(), room.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) throw std::runtime_error("the server has not answered in time");
    if (count <= 0)
      throw std::runtime_error("the server has closed the connection before its answer was complete");
    lines.append(room.data(), static_cast<std::size_t>(count));
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = lines.find('\n', begin)) != std::string::npos; begin = end + 1)
      if (!take(std::string_view(lines).substr(begin, end - begin))) return;
    lines.erase(0, begin);
  }
}

}  // namespace parley::control
