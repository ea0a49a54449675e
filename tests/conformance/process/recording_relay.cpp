#include "tests/conformance/process/recording_relay.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

namespace parley::conform {
namespace {

using Kind = RelayEvent::Kind;

constexpr std::size_t client_end = 0;
constexpr std::size_t server_end = 1;

// Two clients need four; who opens them without end is refused.
constexpr std::size_t most_connections = 16;
constexpr std::size_t most_kept_events = 2'000;
constexpr std::size_t most_kept_bytes = 64 * 1024;
// On its way to an end that does not read; then the other end is not read, as without a relay.
constexpr std::size_t most_waiting_bytes = 64 * 1024;
constexpr std::size_t read_bytes = 64 * 1024;

void send_at_once(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void close_with_reset(FileDescriptor& socket) {
  const linger none{1, 0};
  if (socket) ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
  socket.reset();
}

}  // namespace

struct RecordingRelay::Connection {
  std::size_t user = 0;
  std::size_t number = 0;
  std::array<FileDescriptor, 2> sockets{};  // of the client, of the server
  std::array<std::string, 2> waiting{};     // to be written there
  std::array<bool, 2> has_ended{};          // nothing more comes from there
  std::array<bool, 2> is_told_end{};        // nothing more is written there
  bool is_connecting = true;
  bool is_over = false;

  short events_of(std::size_t end) const {
    const bool reads = !has_ended[end] && waiting[1 - end].size() < most_waiting_bytes &&
                       !(end == server_end && is_connecting);
    const bool writes = !waiting[end].empty() || (end == server_end && is_connecting);
    return static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
  }
  /// One that waits for nothing is not looked at: its hang-up would be told again and again.
  pollfd to_poll(std::size_t end) const {
    const short events = events_of(end);
    return {events == 0 ? -1 : sockets[end].get(), events, 0};
  }
};

RecordingRelay::RecordingRelay(const Network& network, std::uint16_t server_port,
                               std::vector<std::vector<FileDescriptor>> listeners)
    : server_port_(server_port),
      listeners_(std::move(listeners)),
      connections_of_user_(listeners_.size()),
      thread_([this, &network] {
        try {
          run(network);
        } catch (const std::exception& error) {
          const MutexLock lock(mutex_);
          fault_ = error.what();
          news_.set();
        }
      }) {}

RecordingRelay::~RecordingRelay() {
  stopped_.set();
  thread_.join();
}

std::vector<RelayEvent> RecordingRelay::events_since(std::size_t first) const {
  const MutexLock lock(mutex_);
  return {events_.begin() + static_cast<std::ptrdiff_t>(std::min(first, events_.size())), events_.end()};
}

std::size_t RecordingRelay::count() const {
  const MutexLock lock(mutex_);
  return count_;
}

bool RecordingRelay::is_cut() const {
  const MutexLock lock(mutex_);
  return count_ != events_.size();
}

std::string RecordingRelay::fault() const {
  const MutexLock lock(mutex_);
  return fault_;
}

void RecordingRelay::note(const Connection& connection, std::size_t end, Kind kind, std::string bytes) {
  const auto at =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin_);
  const MutexLock lock(mutex_);
  ++count_;
  news_.set();
  // Once something is left out all is, so that what is kept has no gap.
  if (count_ > events_.size() + 1 || events_.size() == most_kept_events ||
      kept_bytes_ + bytes.size() > most_kept_bytes)
    return;
  kept_bytes_ += bytes.size();
  events_.push_back({at, connection.user, connection.number, end == client_end, kind, std::move(bytes)});
}

void RecordingRelay::run(const Network& network) {
  network.enter();
  std::vector<Connection> connections;
  std::vector<pollfd> waits;
  for (;;) {
    waits.assign(1, {stopped_.descriptor(), POLLIN, 0});
    for (const Connection& connection : connections)
      for (const std::size_t end : {client_end, server_end}) waits.push_back(connection.to_poll(end));
    for (const auto& of_user : listeners_)
      for (const FileDescriptor& listener : of_user) waits.push_back({listener.get(), POLLIN, 0});
    (void)::poll(waits.data(), waits.size(), -1);
    if (waits.front().revents != 0) return;
    for (std::size_t i = 0; i < connections.size(); ++i)
      serve(connections[i], waits[1 + 2 * i].revents, waits[2 + 2 * i].revents);
    std::erase_if(connections, [](const Connection& connection) { return connection.is_over; });
    accept_all(connections);
  }
}

void RecordingRelay::accept_all(std::vector<Connection>& connections) {
  for (std::size_t user = 0; user < listeners_.size(); ++user)
    for (const FileDescriptor& listener : listeners_[user]) {
      errno = 0;
      while (auto socket =
                 FileDescriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK))) {
        send_at_once(socket.get());
        Connection connection;
        connection.user = user;
        connection.number = connections_of_user_[user]++;
        connection.sockets[client_end] = std::move(socket);
        note(connection, client_end, Kind::opened);
        if (connections.size() == most_connections)
          abort(connection, server_end, Kind::refused);
        else
          connect(connection);
        if (!connection.is_over) connections.push_back(std::move(connection));
        errno = 0;
      }
      if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)  // it would be asked again and again
        throw std::system_error(errno, std::generic_category(), "a connection");
    }
}

void RecordingRelay::connect(Connection& connection) {
  FileDescriptor& socket = connection.sockets[server_end];
  socket = FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) throw std::system_error(errno, std::generic_category(), "a socket");
  send_at_once(socket.get());
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server_port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    connection.is_connecting = false;
  else if (errno != EINPROGRESS)
    abort(connection, server_end, Kind::refused);
}

void RecordingRelay::serve(Connection& connection, short client_events, short server_events) {
  if (connection.is_connecting && server_events != 0) {
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(connection.sockets[server_end].get(), SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return abort(connection, server_end, Kind::refused);
    connection.is_connecting = false;
  }
  if ((client_events & ~POLLOUT) != 0) receive(connection, client_end);
  if ((server_events & ~POLLOUT) != 0) receive(connection, server_end);
  for (const std::size_t end : {server_end, client_end}) flush(connection, end);
  if (connection.is_told_end[client_end] && connection.is_told_end[server_end]) connection.is_over = true;
}

void RecordingRelay::receive(Connection& connection, std::size_t end) {
  if (connection.is_over || connection.has_ended[end]) return;
  std::array<char, read_bytes> room;
  const ssize_t count = ::recv(connection.sockets[end].get(), room.data(), room.size(), 0);
  if (count > 0) {
    std::string bytes(room.data(), static_cast<std::size_t>(count));
    connection.waiting[1 - end] += bytes;
    note(connection, end, Kind::bytes, std::move(bytes));
  } else if (count == 0) {
    connection.has_ended[end] = true;
    note(connection, end, Kind::ended);
  } else if (errno != EAGAIN && errno != EINTR) {
    abort(connection, end, Kind::reset);
  }
}

/// Writes what waits, and the end behind it.
void RecordingRelay::flush(Connection& connection, std::size_t end) {
  if (connection.is_over || (end == server_end && connection.is_connecting)) return;
  std::string& waiting = connection.waiting[end];
  const int socket = connection.sockets[end].get();
  if (!waiting.empty()) {
    const ssize_t count = ::send(socket, waiting.data(), waiting.size(), MSG_NOSIGNAL);
    if (count > 0) waiting.erase(0, static_cast<std::size_t>(count));
    if (count < 0 && errno != EAGAIN && errno != EINTR) return abort(connection, end, Kind::reset);
  }
  if (waiting.empty() && connection.has_ended[1 - end] && !connection.is_told_end[end]) {
    ::shutdown(socket, SHUT_WR);
    connection.is_told_end[end] = true;
  }
}

void RecordingRelay::abort(Connection& connection, std::size_t culprit, Kind kind) {
  note(connection, culprit, kind);
  for (FileDescriptor& socket : connection.sockets) close_with_reset(socket);
  connection.is_over = true;
}

}  // namespace parley::conform
