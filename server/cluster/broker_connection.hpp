#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_annotations.hpp"
#include "server/cluster/broker.hpp"
#include "server/cluster/nats_handle.hpp"
#include "server/log_limit.hpp"

namespace parley::cluster {

/// What a Broker has of libnats: for broker.cpp, which connects and carries messages, and broker_buckets.cpp.
class Broker::Connection {
 public:
  Connection(BrokerOptions options, spdlog::logger& log, Events events);
  /// Returns when the library calls none of the handlers any more.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool connect();
  bool subscribe(const std::string& subject);
  std::optional<std::string> next(std::chrono::milliseconds timeout);
  bool listen(const std::string& subject, std::function<void(const Heard&)> heard);
  bool publish(const std::string& subject, const std::string& reply, std::string_view bytes);

  /// Throws as Broker::open_buckets().
  bool open_bucket(Bucket bucket);
  /// Revision 0: the key must not exist.
  Written write(Bucket bucket, const std::string& key, std::string_view value, std::uint64_t revision);
  /// As Broker::get(); a marker that somebody else's tool has left in place of a key is missing with a
  /// revision.
  Read read(Bucket bucket, const std::string& key);
  Reply erase(Bucket bucket, std::uint64_t revision);
  std::vector<std::string> keys(Bucket bucket);

  bool is_connected() const;
  bool may_hang() const { return nats() != nullptr && !is_connected_ && !is_closed_; }
  /// Null before connect() was true; then valid for as long as this. Any thread.
  natsConnection* nats() const {
    const Attempt* const attempt = live_.load(std::memory_order_acquire);
    return attempt == nullptr ? nullptr : attempt->connection.get();
  }
  const BrokerOptions& options() const { return options_; }

  void set_problem(std::string problem) EXCLUDES(mutex_);
  std::string problem() const EXCLUDES(mutex_);
  /// The URLs as they may be shown.
  std::string hosts() const;

 private:
  struct Listener {
    Connection* connection;
    std::string subject;
    std::function<void(const Heard&)> heard;
  };
  struct Attempt {
    NatsConnection connection;
    JetStream jetstream;
    NatsSubscription incoming;  ///< what next() reads
    std::vector<NatsSubscription> listening;
  };

  NatsOptions make_options();
  bool subscribe(Attempt& attempt);
  bool listen(Attempt& attempt, Listener& listener) EXCLUDES(mutex_);
  /// That of a connection that there has been.
  jsCtx* jetstream() const { return live_.load(std::memory_order_acquire)->jetstream.get(); }
  void tell_loss(natsSubscription* incoming);
  void discard(NatsMessage read);
  void explain_failure(natsStatus status);
  std::string bucket_name(Bucket bucket) const;
  Reply judge(natsStatus status, jsErrCode code, std::string_view what);
  /// Throws for what no waiting mends.
  void explain_bucket(natsStatus status, jsErrCode code);
  void say(LogLimit& limit, spdlog::level::level_enum level, std::string_view line);
  template <typename Handler>
  void handle(Handler handler) const noexcept;
  void end_handler() EXCLUDES(mutex_);

  // What the library calls.
  static void on_disconnected(natsConnection* nats, void* self);
  static void on_reconnected(natsConnection* nats, void* self);
  static void on_closed(natsConnection* nats, void* self);
  static void on_error(natsConnection* nats, natsSubscription* subscription, natsStatus status, void* self);
  static void on_heard(natsConnection* nats, natsSubscription* subscription, natsMsg* message,
                       void* listener);
  static void on_listener_ended(void* listener);

  const BrokerOptions options_;
  spdlog::logger& log_;
  const Events events_;

  // Each kind of line a few times at once, then now and then.
  static constexpr Rate log_rate{.per_second = 0.1, .burst = 4};
  LogLimit connection_lines_{log_rate};
  LogLimit lost_lines_{log_rate};
  LogLimit error_lines_{log_rate};
  LogLimit question_lines_{log_rate};

  mutable Mutex mutex_;  // no other of ours is taken under it; the library takes its own
  std::string problem_ GUARDED_BY(mutex_);
  std::size_t handlers_ GUARDED_BY(mutex_) = 0;  ///< that the library has not told to have ended
  Condition handler_ended_;
  std::atomic<bool> is_ending_ = false;
  // As the library's callbacks tell it: while it makes the connection again it may hold its lock for long.
  std::atomic<bool> is_connected_ = false;
  std::atomic<bool> is_closed_ = false;  ///< for good; another one is to be made

  // Of the thread that reads.
  std::vector<NatsMessage> discarded_;
  std::size_t discarded_bytes_ = 0;

  std::string incoming_subject_;  ///< this and the listeners are of every attempt; empty: none yet
  std::vector<std::unique_ptr<Listener>> listeners_;
  /// Links that were given up stay, since somebody may be about to use them.
  std::vector<std::unique_ptr<Attempt>> attempts_;
  std::atomic<Attempt*> live_ = nullptr;  ///< the last, with all that it needs
};

}  // namespace parley::cluster
