#include "tests/conformance/process/listening.hpp"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

#include "base/file_descriptor.hpp"
#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {
namespace {

struct Request {
  nlmsghdr header;
  inet_diag_req_v2 question;
};

/// Adds those that the kernel names; false when it takes no such questions (it may be built without them).
bool ask_kernel(std::uint8_t family, std::vector<ListeningSocket>& sockets) {
  const FileDescriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!socket) throw_if_short("looking where programs listen");
  Request request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.question.sdiag_family = family;
  request.question.sdiag_protocol = IPPROTO_TCP;
  request.question.idiag_states = 1U << TCP_LISTEN;
  if (::send(socket.get(), &request, sizeof request, 0) < 0) return false;
  for (;;) {
    alignas(nlmsghdr) std::array<char, 8192> answer;
    const ssize_t count = ::recv(socket.get(), answer.data(), answer.size(), MSG_DONTWAIT);
    if (count <= 0) return false;
    std::size_t at = 0;
    while (at + sizeof(nlmsghdr) <= static_cast<std::size_t>(count)) {
      const auto* header = reinterpret_cast<const nlmsghdr*>(answer.data() + at);
      if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY) return header->nlmsg_type == NLMSG_DONE;
      const auto* found = reinterpret_cast<const inet_diag_msg*>(header + 1);
      sockets.push_back({ntohs(found->id.idiag_sport), found->idiag_inode});
      at += NLMSG_ALIGN(header->nlmsg_len);
    }
  }
}

/// The same from a file in /proc. To read it takes milliseconds: the kernel looks through its table of
/// connections.
void read_table(const char* table, std::vector<ListeningSocket>& sockets) {
  constexpr std::string_view listening = "0A";
  errno = 0;
  std::ifstream file(table);
  if (!file) throw_if_short("looking where programs listen");
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string number, local, remote, state, queues, timer, retransmits, user, timeout;
    unsigned long inode = 0;
    if (!(fields >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >>
          inode) ||
        state != listening)
      continue;
    const auto port = std::stoul(local.substr(local.rfind(':') + 1), nullptr, 16);
    sockets.push_back({static_cast<std::uint16_t>(port), inode});
  }
}

}  // namespace

std::vector<ListeningSocket> listening_sockets() {
  std::vector<ListeningSocket> sockets;
  if (!ask_kernel(AF_INET, sockets)) read_table("/proc/thread-self/net/tcp", sockets);
  if (!ask_kernel(AF_INET6, sockets)) read_table("/proc/thread-self/net/tcp6", sockets);
  return sockets;
}

bool is_port_free(std::uint16_t port) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) throw_if_short("looking for a free port");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
         errno != EADDRINUSE;
}

FileDescriptor listen_on_loopback(std::uint16_t& port) {
  constexpr int backlog = 16;
  FileDescriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (!listener || ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(listener.get(), generic, length) != 0 || ::listen(listener.get(), backlog) != 0 ||
      ::getsockname(listener.get(), generic, &length) != 0)
    throw std::system_error(errno, std::generic_category(), "listening on port " + std::to_string(port));
  port = ntohs(address.sin_port);
  return listener;
}

}  // namespace parley::conform
