#include "server/server.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "server/net/refused_session.hpp"

namespace parley {

using asio::ip::tcp;
using std::chrono::milliseconds;

namespace {

constexpr std::string_view server_full = "Server full";
constexpr std::string_view address_full = "Too many connections from your address";
constexpr std::string_view no_thread = "Server out of threads";

/// The file limit raised as far as it goes, less what is not for clients.
std::size_t connections_by_file_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);  // best effort: what holds is read back
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const auto files = static_cast<std::size_t>(limit.rlim_cur);
  if (files <= Limits::reserved_files)
    throw std::system_error(
        EMFILE, std::generic_category(),
        "the limit of open files (" + std::to_string(files) + ") leaves no room for clients");
  return files - Limits::reserved_files;
}

/// Room for the largest frame behind another one of its size. Throws when this system's limit is below it.
int checked_send_buffer_bytes(const Limits& limits) {
  const int wanted = static_cast<int>(2 * (limits.max_header_bytes + limits.max_body_bytes));
  asio::io_context context;
  tcp::socket probe(context, tcp::v4());
  probe.set_option(tcp::socket::send_buffer_size(wanted));
  tcp::socket::send_buffer_size granted;
  probe.get_option(granted);
  if (granted.value() < wanted)
    throw std::system_error(ENOBUFS, std::generic_category(),
                            "--max-body-bytes needs send buffers of " + std::to_string(wanted) +
                                " bytes, but net.core.wmem_max allows " + std::to_string(granted.value()));
  return wanted;
}

/// Fine enough for the shortest timeout, coarse enough to cost nothing when all are idle.
milliseconds watch_interval(const Limits& limits) {
  const auto shortest = std::min({limits.registration_timeout, limits.sign_on_timeout, limits.frame_timeout,
                                  limits.receipt_timeout, limits.linger_timeout});
  return std::clamp(shortest / 8, milliseconds{5}, milliseconds{250});
}

}  // namespace

Server::Server(const Options& options, spdlog::logger& log)
    : context_{options.limits, log, Directory(options.lobby)},
      max_connections_(options.limits.max_connections > 0
                           ? std::min(options.limits.max_connections, connections_by_file_limit())
                           : connections_by_file_limit()),
      send_buffer_bytes_(checked_send_buffer_bytes(options.limits)),
      sessions_(watch_interval(options.limits)) {
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, Limits::thread_stack_bytes);
  ::pthread_setattr_default_np(&attributes);  // std::thread asks for no stack size of its own
  ::pthread_attr_destroy(&attributes);
  for (const ListenPort& port : options.ports) doors_.emplace_back(io_context_, options, port, context_);
}

Server::~Server() {
  stop();
}

std::vector<Server::Endpoint> Server::endpoints() const {
  std::vector<Endpoint> endpoints;
  for (const Door& door : doors_) endpoints.push_back({door.dialect, door.listener.endpoint()});
  return endpoints;
}

void Server::start() {
  for (Door& door : doors_)
    door.acceptor = std::thread([this, &door] {
      door.listener.accept_all(
          [this] { return may_take(); }, [this, &door](tcp::socket socket) { take(door, std::move(socket)); },
          [this](const std::string& what) { context_.log.warn("cannot accept: {}", what); });
    });
}

void Server::stop() {
  for (Door& door : doors_) door.listener.stop();
  for (Door& door : doors_) {
    if (door.acceptor.joinable()) door.acceptor.join();
    door.listener.close();
  }
  sessions_.stop_all(context_.limits.stop_timeout);
}

bool Server::may_take() const {
  const MutexLock lock(mutex_);
  return refusals_ < context_.limits.max_refusals;
}

std::string Server::refusal(const asio::ip::address& address) const {
  if (connections_ >= max_connections_) return std::string(server_full);
  const std::size_t cap = context_.limits.max_connections_per_address;
  const auto found = connections_by_address_.find(address);
  if (cap > 0 && found != connections_by_address_.end() && found->second >= cap)
    return std::string(address_full);
  return {};
}

/// The door's thread.
void Server::take(const Door& door, tcp::socket socket) {
  const auto connection = std::make_shared<Connection>(std::move(socket), send_buffer_bytes_, context_.log);
  const auto address = connection->peer().address();
  std::string refused;
  {
    const MutexLock lock(mutex_);
    refused = refusal(address);
    if (refused.empty()) {
      ++connections_;
      ++connections_by_address_[address];
      idle_since_ = Connection::Clock::time_point::max();
    } else {
      ++refusals_;
    }
  }
  std::shared_ptr<Session> session;
  if (refused.empty()) {
    session = door.make_session(connection);
  } else {
    context_.log.info("{} refused: {}", connection->label(), refused);
    session = std::make_shared<RefusedSession>(connection, door.dialect.refusal(refused),
                                               context_.limits.linger_timeout);
  }
  const bool is_refused = !refused.empty();
  try {
    sessions_.start(session, [this, address, is_refused] { let_go(address, is_refused); });
  } catch (const std::system_error& error) {
    context_.log.warn("{} refused, no thread for it: {}", connection->label(), error.what());
    connection->write(door.dialect.refusal(no_thread));
    connection->close();
    let_go(address, is_refused);
  }
}

void Server::let_go(const asio::ip::address& address, bool refused) {
  const MutexLock lock(mutex_);
  if (refused) {
    --refusals_;
    return;
  }
  const auto found = connections_by_address_.find(address);
  if (--found->second == 0) connections_by_address_.erase(found);
  if (--connections_ == 0) idle_since_ = Connection::Clock::now();
}

milliseconds Server::idle_for() const {
  const MutexLock lock(mutex_);
  const auto now = Connection::Clock::now();
  return idle_since_ > now ? milliseconds{0} : std::chrono::duration_cast<milliseconds>(now - idle_since_);
}

}  // namespace parley
