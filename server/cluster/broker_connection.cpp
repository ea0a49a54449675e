#include "server/cluster/broker_connection.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace parley::cluster {
namespace {

constexpr std::int64_t reconnect_wait_ms = 100;
constexpr std::int64_t reconnect_jitter_ms = 150;
constexpr int max_pings_out = 2;
/// What the shortest message costs here, so that the number of those that wait is bounded, too.
constexpr int message_bytes = 256;
constexpr std::size_t max_discarded = 48;  // messages that have been read and are to be freed
constexpr std::size_t max_discarded_bytes = 64 * 1024;
/// What is published in a gap of the connection is lost and not late, but for one message that comes just
/// before the loss is known. (0 stands for the library's 8 MB.)
constexpr int reconnect_buffer_bytes = 1;

void check(natsStatus status, const char* what) {
  if (status != NATS_OK) throw std::runtime_error(fmt::format("{}: {}", what, natsStatus_GetText(status)));
}

std::int64_t to_ms(std::chrono::milliseconds time) {
  return std::max<std::int64_t>(time.count(), 1);
}

/// The library writes it into JSON as it stands.
std::string json_fit(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < ' ' || c == '"' || c == '\\'; }, '_');
  return text;
}

/// Older versions of the library take user and password as they stand; this one was seen to decode them.
constexpr std::uint32_t decoding_version = 0x03'0A'00;

std::string percent_decoded_user(const std::string& url) {
  const auto user_end = url.rfind('@');
  if (user_end == std::string::npos || nats_GetVersionNumber() >= decoding_version) return url;
  std::string decoded;
  for (std::size_t at = 0; at < url.size(); ++at) {
    if (url[at] == '%' && at < user_end) {
      decoded += static_cast<char>(std::stoi(url.substr(at + 1, 2), nullptr, 16));
      at += 2;
    } else {
      decoded += url[at];
    }
  }
  return decoded;
}

/// What the library has to say of the last call of this thread's, beyond the status: "(conn.c:733): SSL
/// handshake ...".
std::string last_error(natsStatus status) {
  natsStatus last = NATS_OK;
  const char* const text = nats_GetLastError(&last);
  if (text == nullptr || *text == '\0' || last != status) return natsStatus_GetText(status);
  const std::string_view line(text);
  const auto place_end = line.find("): ");
  return without_password(place_end == std::string_view::npos ? line : line.substr(place_end + 3));
}

}  // namespace

Broker::Connection::Connection(BrokerOptions options, spdlog::logger& log, Events events)
    : options_(std::move(options)), log_(log), events_(std::move(events)) {
  if (!is_valid_cluster_name(options_.cluster_name))
    throw std::invalid_argument("a cluster's name has letters, digits, '-' and '_' only");
}

Broker::Connection::~Connection() {
  is_ending_ = true;
  for (const auto& attempt : attempts_) natsConnection_Close(attempt->connection.get());
  MutexLock lock(mutex_);
  while (handlers_ > 0) handler_ended_.wait(mutex_);
}

NatsOptions Broker::Connection::make_options() {
  NatsOptions made;
  check(natsOptions_Create(Into(made)), "libnats");
  natsOptions* const options = made.get();
  std::vector<std::string> urls(options_.urls.size());
  std::ranges::transform(options_.urls, urls.begin(), percent_decoded_user);
  std::vector<const char*> pointers(urls.size());
  std::ranges::transform(urls, pointers.begin(), [](const auto& url) { return url.c_str(); });
  check(natsOptions_SetServers(options, pointers.data(), static_cast<int>(pointers.size())), hosts().c_str());
  const bool is_tls =
      std::ranges::any_of(options_.urls, [](const auto& url) { return url.starts_with("tls://"); });
  if (is_tls) check(natsOptions_SetSecure(options, true), "TLS");
  if (const auto& file = options_.credentials_file; !file.empty()) {
    if (::access(file.c_str(), R_OK) != 0)
      throw std::runtime_error(
          fmt::format("cannot read {}: {}", file, std::generic_category().message(errno)));
    check(natsOptions_SetUserCredentialsFromFiles(options, file.c_str(), nullptr), file.c_str());
  }
  const std::int64_t timeout_ms = to_ms(options_.request_timeout);
  const natsStatus results[] = {
      natsOptions_SetName(options, json_fit(options_.client_name).c_str()),
      natsOptions_SetIgnoreDiscoveredServers(options, true),
      natsOptions_SetTimeout(options, timeout_ms),
      natsOptions_SetWriteDeadline(options, timeout_ms),
      natsOptions_SetPingInterval(options, to_ms(options_.ping_interval)),
      natsOptions_SetMaxPingsOut(options, max_pings_out),
      natsOptions_SetMaxReconnect(options, -1),
      natsOptions_SetReconnectWait(options, reconnect_wait_ms),
      natsOptions_SetReconnectJitter(options, reconnect_jitter_ms, reconnect_jitter_ms),
      natsOptions_SetReconnectBufSize(options, reconnect_buffer_bytes),
      natsOptions_SetFailRequestsOnDisconnect(options, true),
      natsOptions_SetNoEcho(options, true),
      // Without it the library waits a millisecond for more before it writes; what waits is a packet already.
      natsOptions_SetSendAsap(options, true),
      natsOptions_SetDisconnectedCB(options, on_disconnected, this),
      natsOptions_SetReconnectedCB(options, on_reconnected, this),
      natsOptions_SetClosedCB(options, on_closed, this),
      natsOptions_SetErrorHandler(options, on_error, this),
  };
  for (const auto result : results) check(result, "an option of libnats");
  return made;
}

bool Broker::Connection::connect() {
  if (nats() != nullptr && !is_closed_) {
    if (is_connected()) return true;
    set_problem(fmt::format("no connection to the broker at {} at the moment", hosts()));
    return false;
  }
  const NatsOptions options = make_options();
  auto attempt = std::make_unique<Attempt>();
  const natsStatus status = natsConnection_Connect(Into(attempt->connection), options.get());
  if (status != NATS_OK) {
    explain_failure(status);
    return false;
  }
  {
    const MutexLock lock(mutex_);
    ++handlers_;  // ends with on_closed()
  }
  Attempt& made = *attempts_.emplace_back(std::move(attempt));
  jsOptions js_options;
  jsOptions_Init(&js_options);
  js_options.Wait = to_ms(options_.request_timeout);
  check(natsConnection_JetStream(Into(made.jetstream), made.connection.get(), &js_options), "JetStream");
  if (!subscribe(made) ||
      !std::ranges::all_of(listeners_, [&](const auto& each) { return listen(made, *each); })) {
    natsConnection_Close(made.connection.get());
    return false;
  }
  live_.store(&made, std::memory_order_release);
  is_closed_ = false;
  is_connected_ = true;
  if (events_.connected) events_.connected();
  return true;
}

void Broker::Connection::explain_failure(natsStatus status) {
  switch (status) {
    case NATS_CONNECTION_AUTH_FAILED:
    case NATS_NOT_PERMITTED:
      throw std::runtime_error(fmt::format(
          "the broker at {} refuses this user or password: they stand in the URL, nats://USER:PASSWORD@HOST, "
          "or in the credentials file",
          hosts()));
    case NATS_SECURE_CONNECTION_REQUIRED:
      throw std::runtime_error(fmt::format("the broker at {} wants TLS: write tls:// for nats://", hosts()));
    case NATS_SECURE_CONNECTION_WANTED:
      throw std::runtime_error(fmt::format("the broker at {} has no TLS: write nats:// for tls://", hosts()));
    case NATS_SSL_ERROR:
      throw std::runtime_error(fmt::format("no TLS with the broker at {}: {}", hosts(), last_error(status)));
    default:
      set_problem(fmt::format("no broker at {}: {}", hosts(), last_error(status)));
  }
}

bool Broker::Connection::is_connected() const {
  return is_connected_.load(std::memory_order_acquire);
}

bool Broker::Connection::subscribe(const std::string& subject) {
  if (nats() == nullptr) return false;
  incoming_subject_ = subject;
  return subscribe(*live_.load());
}

/// Without a thread of the library's between its own and the one that reads.
bool Broker::Connection::subscribe(Attempt& attempt) {
  if (incoming_subject_.empty()) return true;
  const natsStatus status = natsConnection_SubscribeSync(Into(attempt.incoming), attempt.connection.get(),
                                                         incoming_subject_.c_str());
  if (status != NATS_OK) return false;
  const auto max_bytes = static_cast<int>(options_.max_pending_bytes);
  const int max_messages = std::max(max_bytes / message_bytes, 1);
  return natsSubscription_SetPendingLimits(attempt.incoming.get(), max_messages, max_bytes) == NATS_OK;
}

void Broker::Connection::tell_loss(natsSubscription* incoming) {
  std::int64_t lost = 0;
  natsSubscription_GetDropped(incoming, &lost);
  say(lost_lines_, spdlog::level::err,
      fmt::format("messages of other nodes came faster than they were read: {} lost so far", lost));
  if (events_.lost) events_.lost();
}

std::optional<std::string> Broker::Connection::next(std::chrono::milliseconds timeout) {
  natsSubscription* const incoming = live_.load(std::memory_order_acquire)->incoming.get();
  NatsMessage message;
  const auto ask = [&] { return natsSubscription_NextMsg(Into(message), incoming, to_ms(timeout)); };
  natsStatus status = ask();
  if (status == NATS_SLOW_CONSUMER) status = ask();  // that was only the word that something was lost
  if (message != nullptr) {
    std::string bytes(bytes_of(message.get()));
    discard(std::move(message));
    return bytes;
  }
  // It returns at once when the connection is given up.
  if (status != NATS_TIMEOUT && status != NATS_SLOW_CONSUMER) std::this_thread::sleep_for(timeout);
  return std::nullopt;
}

/// The library has a thread that frees messages, which it wakes for the first of some: so they come in
/// dozens.
void Broker::Connection::discard(NatsMessage read) {
  discarded_bytes_ += bytes_of(read.get()).size();
  discarded_.push_back(std::move(read));
  if (discarded_.size() < max_discarded && discarded_bytes_ < max_discarded_bytes) return;
  discarded_.clear();
  discarded_bytes_ = 0;
}

bool Broker::Connection::listen(const std::string& subject, std::function<void(const Heard&)> heard) {
  if (nats() == nullptr) return false;
  listeners_.push_back(std::make_unique<Listener>(Listener{this, subject, std::move(heard)}));
  return listen(*live_.load(), *listeners_.back());
}

bool Broker::Connection::listen(Attempt& attempt, Listener& listener) {
  NatsSubscription& subscription = attempt.listening.emplace_back();
  const natsStatus status = natsConnection_Subscribe(Into(subscription), attempt.connection.get(),
                                                     listener.subject.c_str(), on_heard, &listener);
  if (status != NATS_OK) return false;
  const MutexLock lock(mutex_);
  if (natsSubscription_SetOnCompleteCB(subscription.get(), on_listener_ended, &listener) != NATS_OK)
    return false;
  ++handlers_;
  return true;
}

bool Broker::Connection::publish(const std::string& subject, const std::string& reply,
                                 std::string_view bytes) {
  if (!is_connected() || bytes.size() > std::numeric_limits<int>::max()) return false;
  const int length = static_cast<int>(bytes.size());
  return (reply.empty() ? natsConnection_Publish(nats(), subject.c_str(), bytes.data(), length)
                        : natsConnection_PublishRequest(nats(), subject.c_str(), reply.c_str(), bytes.data(),
                                                        length)) == NATS_OK;
}

void Broker::Connection::set_problem(std::string problem) {
  const MutexLock lock(mutex_);
  problem_ = std::move(problem);
}

std::string Broker::Connection::problem() const {
  const MutexLock lock(mutex_);
  return problem_;
}

std::string Broker::Connection::hosts() const {
  std::string hosts;
  for (const auto& url : options_.urls) hosts.append(hosts.empty() ? "" : ", ").append(without_password(url));
  return hosts;
}

void Broker::Connection::say(LogLimit& limit, spdlog::level::level_enum level, std::string_view line) {
  const auto left_out = limit.take(LogLimit::Clock::now());
  if (!left_out) return;
  if (*left_out > 0) log_.log(level, "{} more lines like the next were left out", *left_out);
  log_.log(level, line);
}

void Broker::Connection::end_handler() {
  const MutexLock lock(mutex_);
  --handlers_;
  handler_ended_.notify_all();
}

/// Nothing may be thrown into the library. What comes here is want of memory: a packet is lost, which shows
/// as a gap.
template <typename Handler>
void Broker::Connection::handle(Handler handler) const noexcept {
  if (is_ending_) return;
  try {
    handler();
  } catch (const std::exception&) {
  }
}

void Broker::Connection::on_disconnected(natsConnection*, void* self) {
  auto& connection = *static_cast<Connection*>(self);
  connection.is_connected_ = false;
  connection.handle([&] {
    if (connection.events_.disconnected) connection.events_.disconnected();
    connection.say(
        connection.connection_lines_, spdlog::level::warn,
        fmt::format("the connection to the broker at {} is lost; trying again", connection.hosts()));
  });
}

void Broker::Connection::on_reconnected(natsConnection*, void* self) {
  auto& connection = *static_cast<Connection*>(self);
  connection.is_connected_ = true;
  connection.handle([&] {
    if (connection.events_.connected) connection.events_.connected();
    connection.say(connection.connection_lines_, spdlog::level::info, "connected to the broker again");
  });
}

void Broker::Connection::on_closed(natsConnection* nats, void* self) {
  auto& connection = *static_cast<Connection*>(self);
  connection.is_connected_ = false;
  connection.is_closed_ = true;
  connection.handle([&] {
    const char* reason = nullptr;
    natsConnection_GetLastError(nats, &reason);
    connection.log_.error("the connection to the broker at {} is given up: {}", connection.hosts(),
                          without_password(reason == nullptr ? "" : reason));
  });
  connection.end_handler();
}

void Broker::Connection::on_error(natsConnection* nats, natsSubscription* subscription, natsStatus status,
                                  void* self) {
  auto& connection = *static_cast<Connection*>(self);
  connection.handle([&] {
    if (status == NATS_SLOW_CONSUMER) return connection.tell_loss(subscription);
    const char* text = nullptr;
    natsConnection_GetLastError(nats, &text);
    connection.say(connection.error_lines_, spdlog::level::warn,
                   fmt::format("the broker or libnats says: {} {}", natsStatus_GetText(status),
                               without_password(text == nullptr ? "" : text)));
  });
}

void Broker::Connection::on_heard(natsConnection*, natsSubscription*, natsMsg* message, void* listener) {
  const NatsMessage held(message);
  const auto& [connection, subject, hear] = *static_cast<Listener*>(listener);
  const Heard heard{natsMsg_GetSubject(message), bytes_of(message), natsMsg_IsNoResponders(message)};
  connection->handle([&, &hear_it = hear] { hear_it(heard); });
}

void Broker::Connection::on_listener_ended(void* listener) {
  static_cast<Listener*>(listener)->connection->end_handler();
}

}  // namespace parley::cluster
