#include "server/server.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <asio/error.hpp>
#include <asio/ip/host_name.hpp>
#include <iterator>
#include <list>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "protocol/unwelcome.hpp"
#include "server/connection_caps.hpp"
#include "server/log.hpp"
#include "server/net/refused_session.hpp"
#include "server/net/thread.hpp"

namespace parley {

using asio::ip::tcp;
using std::chrono::milliseconds;

namespace {

constexpr std::string_view server_full = "Server full";
constexpr std::string_view address_full = "Too many connections from your address";
constexpr std::string_view no_room = "Server out of memory or threads";

constexpr milliseconds end_look_interval{5};
constexpr milliseconds cluster_leave_time{1'000};

/// Fine enough for the shortest timeout, coarse enough to cost nothing when all are idle.
milliseconds watch_interval(const Limits& limits) {
  const auto shortest = std::min({limits.registration_timeout, limits.sign_on_timeout, limits.frame_timeout,
                                  limits.receipt_timeout, limits.linger_timeout, limits.progress_timeout,
                                  limits.request_timeout, limits.ping_interval});
  return std::clamp(shortest / 8, milliseconds{5}, milliseconds{250});
}

/// What the operator can do about a port that cannot be had.
std::string advice(const std::error_code& error, const ListenPort& wanted) {
  const std::string option = port_option(*wanted.dialect, wanted.is_tls);
  if (error == asio::error::address_in_use)
    return fmt::format("; another program has it{}: give another {}, or 0 for any free one",
                       wanted.hosts.size() > 1 ? ", or two of the hosts are one address" : "", option);
  if (error == asio::error::access_denied)
    return "; ports below 1024 are for root: give another " + option + ", or 0 for any free one";
  if (error == asio::error::no_descriptors) return "; allow more files (ulimit -n)";
  return "; --host takes an address of this machine, or 0.0.0.0 or :: for all of them";
}

/// std::thread asks for no stack size of its own.
void limit_stacks() {
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, Limits::thread_stack_bytes);
  ::pthread_setattr_default_np(&attributes);
  ::pthread_attr_destroy(&attributes);
}

}  // namespace

Server::ProcessSetup::ProcessSetup() {
  limit_stacks();
  Waker::install();
}

Server::Door::Door(asio::io_context& io_context, const Options& options, const ListenPort& wanted,
                   Context& context, const std::string& host, std::uint16_t port, Listener::Families families)
    : dialect(*wanted.dialect),
      is_tls(wanted.is_tls),
      make_session(dialect.make_sessions(context, options.dialect_settings)),
      listener(io_context, host, port, families) {}

Server::Door::Door(asio::io_context& io_context, const Options& options, PassedSocket passed,
                   Context& context)
    : dialect(*passed.dialect),
      is_tls(passed.is_tls),
      make_session(dialect.make_sessions(context, options.dialect_settings)),
      listener(io_context, std::move(passed.socket)) {}

Server::Server(const Options& options, spdlog::logger& log, std::vector<PassedSocket> passed)
    : context_{options.limits, options.floods, log, Directory(options.lobby)},
      ban_file_(options.bans, context_.bans),
      admission_(connection_caps(options, passed.size())),
      waiting_(options.limits.max_waiting_bytes),
      peer_log_(log),
      writer_(waiting_),
      shared_{context_.limits, writer_, lookout_, waiting_, peer_log_, log},
      tls_(options.tls.are_named() ? std::make_unique<TlsIdentity>(options.tls, log) : nullptr),
      sessions_(writer_, lookout_, watch_interval(options.limits)) {
  context_.accounts.open(options.accounts);
  open_doors(options, std::move(passed));
  if (!options.cluster.urls.empty()) cluster_ = make_cluster(options.cluster);
  if (!options.control.empty())
    control_ = std::make_unique<control::Control>(
        options.control, control::Desk(context_, sessions_, admission_, waiting_, steward_, cluster_.get()));
}

void Server::open_doors(const Options& options, std::vector<PassedSocket> passed) {
  const auto open = [&](const Dialect& dialect, bool is_tls) {
    const std::size_t before = doors_.size();
    for (PassedSocket& socket : passed)
      if (socket.dialect == &dialect && socket.is_tls == is_tls)
        doors_.emplace_back(io_context_, options, std::move(socket), context_);
    if (doors_.size() > before) return;
    for (const ListenPort& port : options.ports)
      if (port.dialect == &dialect && port.is_tls == is_tls) open_doors(options, port);
  };
  for (const Dialect& dialect : dialects())
    for (const bool is_tls : {false, true}) open(dialect, is_tls);
  if (!tls_ && std::ranges::any_of(doors_, &Door::is_tls))
    throw std::runtime_error(
        "a socket for TLS was passed, but no certificate: --tls-cert and --tls-key name it");
}

/// One for each host, all at the same port. What is free at the first may be taken at another: then the next,
/// with the former still held, since the system would offer it again.
void Server::open_doors(const Options& options, const ListenPort& wanted) {
  constexpr int most_tries = 16;
  const bool is_v4_asked = std::ranges::find(wanted.hosts, "0.0.0.0") != wanted.hosts.end();
  const auto families = is_v4_asked ? Listener::Families::one : Listener::Families::both;
  const std::size_t before = doors_.size();
  std::list<Door> held;
  for (int tries = 1;; ++tries) {
    try {
      std::uint16_t port = wanted.port;
      for (const std::string& host : wanted.hosts) {
        doors_.emplace_back(io_context_, options, wanted, context_, host, port, families);
        port = doors_.back().listener.endpoint().port();
      }
      return;
    } catch (const std::system_error& error) {
      const bool is_taken = error.code() == asio::error::address_in_use && wanted.port == 0;
      if (!is_taken || tries == most_tries)
        throw std::runtime_error(error.what() + advice(error.code(), wanted));
      held.splice(held.end(), doors_, std::next(doors_.begin(), static_cast<std::ptrdiff_t>(before)),
                  doors_.end());
    }
  }
}

std::unique_ptr<cluster::Cluster> Server::make_cluster(cluster::ClusterOptions options) {
  if (options.node.empty())
    options.node = fmt::format("{}:{}", asio::ip::host_name(), doors_.front().listener.endpoint().port());
  options.accounts = &context_.accounts;
  return std::make_unique<cluster::Cluster>(
      options, context_.limits.receipt_timeout, context_.limits.max_body_bytes, context_.directory,
      context_.chat, context_.log, operator_duties(), [this](const std::string& why) { fail(why); });
}

cluster::OperatorDuties Server::operator_duties() {
  return {[this](const std::string& name, const std::string& reason) { (void)steward_.kick(name, reason); },
          [this](const std::string& text) { (void)steward_.say(text); },
          [this](const std::vector<Ban>& bans) { steward_.merge(bans); },
          [this] { return context_.bans.snapshot().bans; }, [this] { return steward_.standings(); }};
}

void Server::reload_accounts() {
  if (!context_.accounts.are_open()) return;
  const std::size_t before = context_.accounts.list()->size();
  try {
    context_.accounts.reload();
    if (before > 0 && context_.accounts.list()->size() == 0)
      context_.log.warn(
          "{} has no accounts any more, and had {}: {}", context_.accounts.options().file, before,
          context_.accounts.options().are_required ? "nobody can sign on" : "every name is anybody's");
    context_.log.info("{} accounts, from {}", context_.accounts.list()->size(),
                      context_.accounts.options().file);
  } catch (const std::exception& error) {
    context_.log.error("{}; those of before stay", error.what());
  }
}

/// Ends as it would when it is asked to: with the signal for that.
void Server::fail(const std::string& why) {
  {
    const MutexLock lock(failure_mutex_);
    failure_ = why;
  }
  ::kill(::getpid(), SIGTERM);
}

std::string Server::failure() const {
  const MutexLock lock(failure_mutex_);
  return failure_;
}

Server::~Server() {
  stop([] { return true; });
}

std::vector<Server::Endpoint> Server::endpoints() const {
  std::vector<Endpoint> endpoints;
  for (const Door& door : doors_) endpoints.push_back({door.dialect, door.listener.endpoint(), door.is_tls});
  return endpoints;
}

void Server::reload_certificate() {
  if (tls_) tls_->reload();
}

std::string Server::certificate_fingerprint() const {
  return tls_ ? tls_->fingerprint() : std::string();
}

void Server::start(FunctionRef<bool()> is_hurried) {
  if (cluster_) cluster_->start(is_hurried);
  for (Door& door : doors_)
    door.acceptor = start_thread([this, &door] {
      door.listener.accept_all(
          [this, &door](tcp::socket socket) { take(door, std::move(socket)); },
          [this](const std::string& what) { context_.log.warn("cannot accept: {}", what); });
    });
  if (control_) control_->start();
}

void Server::stop(FunctionRef<bool()> is_hurried) {
  using Clock = Connection::Clock;
  bool is_hurry = false;  // a signal is told of once
  const auto must_end = [&] { return is_hurry = is_hurry || is_hurried(); };
  const auto end = Clock::now() + context_.limits.stop_timeout;
  control_.reset();
  for (Door& door : doors_) door.listener.stop();
  for (Door& door : doors_) {
    if (door.acceptor.joinable()) door.acceptor.join();
    door.listener.close();
  }
  context_.chat.begin_stop();
  // Peers need some of the time to read the end and to close theirs.
  const auto last_answer = end - std::min(context_.limits.linger_timeout, context_.limits.stop_timeout / 2);
  while (context_.counters.unanswered.load(std::memory_order_relaxed) > 0 && Clock::now() < last_answer &&
         !must_end())
    std::this_thread::sleep_for(end_look_interval);
  if (cluster_) cluster_->begin_stop();
  sessions_.stop_all("the server stops", [&] { return Clock::now() >= end || must_end(); });
  if (cluster_) cluster_->stop(std::max(end, Clock::now() + cluster_leave_time));
}

void Server::take(Door& door, tcp::socket socket) noexcept {
  door.accepted.fetch_add(1, std::memory_order_relaxed);
  TurnedAway why = TurnedAway::no_room;
  try {
    const auto connection =
        std::make_shared<Connection>(std::move(socket), shared_, door.is_tls ? tls_->make_stream() : nullptr);
    if (context_.bans.has_address(connection->address_bytes())) {
      refuse(door, connection, TurnedAway::banned, address_banned);
      return context_.counters.count(TurnedAway::banned);
    }
    switch (admission_.admit(connection->origin())) {
      case Admission::Verdict::welcome:
        if (welcome(door, connection)) return end_if_late(*connection);
        refuse(door, connection, why, no_room);
        break;
      case Admission::Verdict::server_full:
        why = TurnedAway::server_full;
        refuse(door, connection, why, server_full);
        break;
      case Admission::Verdict::address_full:
        why = TurnedAway::address_full;
        refuse(door, connection, why, address_full);
        break;
      case Admission::Verdict::closed:
        why = TurnedAway::draining;
        refuse(door, connection, why, nobody_new);
        break;
    }
  } catch (const std::exception&) {  // no memory even to say so: the socket is closed
  }
  context_.counters.count(why);
}

/// An operator who has closed the doors, or banned the address, meanwhile has not found it among the
/// sessions.
void Server::end_if_late(Connection& connection) const noexcept {
  if (admission_.is_closed() && !connection.is_somebody()) connection.ask_to_end("came too late", nobody_new);
  if (context_.bans.has_address(connection.address_bytes())) connection.ask_to_end(was_banned, user_banned);
}

/// False when there is no memory or no thread for one more.
bool Server::welcome(const Door& door, const std::shared_ptr<Connection>& connection) {
  const auto address = connection->origin();
  try {
    auto session = door.make_session(connection);
    const Session& ended = *session;  // until its last call
    sessions_.start(std::move(session), [this, address, &door, &ended] {
      if (const auto why = ended.drop()) note_drop(door, ended.connection(), *why);
      if (const auto why = ended.handshake_fault()) context_.counters.count(*why);
      admission_.let_go(address);
    });
    return true;
  } catch (const std::exception&) {
    admission_.let_go(address);
    return false;
  }
}

Figures Server::figures() const {
  Figures figures;
  const auto users = context_.directory.count();
  for (const Dialect& dialect : dialects()) {
    const auto found = users.by_dialect.find(dialect.name);
    figures.dialects.push_back({dialect.name, found == users.by_dialect.end() ? 0 : found->second, 0});
    for (const Door& door : doors_)
      if (&door.dialect == &dialect) figures.dialects.back().accepted += door.accepted;
  }
  figures.users_elsewhere = users.elsewhere;
  figures.rooms = users.rooms;
  const Counters& counters = context_.counters;
  figures.sign_ons = counters.users;
  figures.delivered = counters.delivered;
  figures.refused = counters.refused;
  figures.body_bytes = counters.bytes;
  figures.unanswered = counters.unanswered;
  std::ranges::copy(counters.answer_times.counts, figures.answer_times.begin());
  figures.answer_times_sum_us = counters.answer_times.sum_us;
  std::ranges::copy(counters.turned_away_for, figures.turned_away.begin());
  std::ranges::copy(counters.dropped, figures.dropped.begin());
  std::ranges::copy(counters.handshakes_failed, figures.handshakes_failed.begin());

  figures.connections = admission_.connections();
  figures.most_connections = admission_.caps().connections;
  const auto queues = writer_.queues();
  figures.queues = {queues.connections, queues.bytes, queues.most_bytes, queues.frames};
  figures.waiting_bytes = waiting_.used_bytes();
  figures.most_waiting_bytes = waiting_.max_bytes();
  if (cluster_) figures.cluster = cluster_->figures();
  figures.refusals = refusals_.list();
  figures.log_lines_left_out = peer_log_.left_out();
  figures.log_lines_dropped = dropped_lines(context_.log);
  return figures;
}

void Server::note_drop(const Door& door, const Connection& connection, Drop why) {
  context_.counters.count(why);
  const std::string peer = to_text(connection.peer());
  refusals_.add("dropped", to_word(why), door.dialect.name, peer,
                connection.is_somebody() ? connection.label() : std::string());
}

void Server::refuse(const Door& door, const std::shared_ptr<Connection>& connection, TurnedAway why,
                    std::string_view reason) {
  refusals_.add("refused", to_word(why), door.dialect.name, to_text(connection->peer()), {});
  connection->log(spdlog::level::info, "{} refused: {}", connection->label(), reason);
  const std::string last_words = door.dialect.refusal(reason);
  if (admission_.begin_refusal()) {
    try {
      return sessions_.start(std::make_shared<RefusedSession>(connection, last_words),
                             [this] { admission_.end_refusal(); });
    } catch (const std::exception&) {
      admission_.end_refusal();
    }
  }
  connection->finish(last_words);
  connection->close();
}

}  // namespace parley
