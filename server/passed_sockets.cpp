#include "server/passed_sockets.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/environment.hpp"
#include "base/numbers.hpp"
#include "base/split.hpp"

namespace parley {
namespace {

constexpr int first_descriptor = 3;
constexpr std::uint64_t most_sockets = 1'000;

/// Without FileDescriptorName= systemd names a socket after its unit, or "unknown".
PassedSocket to_passed_socket(const std::string& name) {
  if (name.empty() || name == "unknown" || name.ends_with(".socket")) return {&dialects().front(), {}};
  std::string known;
  for (const Dialect& dialect : dialects()) {
    for (const bool is_tls : {false, true})
      if (spoken_name(dialect, is_tls) == name) return {&dialect, {}, is_tls};
    known.append(known.empty() ? "" : ", ").append(dialect.name);
  }
  throw std::runtime_error(
      fmt::format("--listen-fds: LISTEN_FDNAMES has '{}', which is none of {}, nor one with -tls; "
                  "FileDescriptorName= of the "
                  ".socket unit sets it",
                  name.substr(0, 64), known));
}

int socket_option(int descriptor, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

bool listens_for_tcp(int descriptor) {
  const int domain = socket_option(descriptor, SO_DOMAIN);
  return (domain == AF_INET || domain == AF_INET6) && socket_option(descriptor, SO_TYPE) == SOCK_STREAM &&
         socket_option(descriptor, SO_ACCEPTCONN) == 1;
}

int how_many() {
  const std::string count = environment_variable("LISTEN_FDS");
  if (count.empty())
    throw std::runtime_error(
        "--listen-fds: no socket was passed, LISTEN_FDS is not set; systemd sets it when a .socket unit "
        "starts "
        "the service");
  const auto number = to_whole_number(count);
  if (!number || *number < 1 || *number > most_sockets)
    throw std::runtime_error(
        fmt::format("--listen-fds: LISTEN_FDS is '{}', no number of sockets", count.substr(0, 64)));
  if (const std::string process = environment_variable("LISTEN_PID"); process != std::to_string(::getpid()))
    throw std::runtime_error(
        fmt::format("--listen-fds: the sockets are for another process: LISTEN_PID is '{}', this is {}",
                    process.substr(0, 64), ::getpid()));
  return static_cast<int>(*number);
}

}  // namespace

std::vector<PassedSocket> take_passed_sockets() {
  const auto count = static_cast<std::size_t>(how_many());
  const std::string all_names = environment_variable("LISTEN_FDNAMES");
  std::vector<std::string> names =
      all_names.empty() ? std::vector<std::string>(count) : split(all_names, ':');
  if (names.size() != count)
    throw std::runtime_error(
        fmt::format("--listen-fds: LISTEN_FDS is {}, but LISTEN_FDNAMES has {} names", count, names.size()));
  std::vector<PassedSocket> passed;
  int descriptor = first_descriptor;
  for (const std::string& name : names) {
    PassedSocket& socket = passed.emplace_back(to_passed_socket(name));
    if (!listens_for_tcp(descriptor))
      throw std::runtime_error(
          fmt::format("--listen-fds: descriptor {} is no listening TCP socket; the .socket unit takes "
                      "ListenStream= with a "
                      "port, and Accept=no",
                      descriptor));
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    socket.socket = FileDescriptor(descriptor++);
  }
  return passed;
}

}  // namespace parley
