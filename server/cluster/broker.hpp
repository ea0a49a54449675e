#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/logger.hpp"

namespace parley::cluster {

struct BrokerOptions {
  /// nats:// or tls://, perhaps with user and password; TLS for all when one says tls://. What url_fault()
  /// refuses is a bug here. Only these are tried, not others that a broker tells of.
  std::vector<std::string> urls;
  std::string credentials_file;  ///< empty: none
  std::string client_name;       ///< how the broker names this connection
  /// Letters, digits, '-' and '_'.
  std::string cluster_name = "parley";
  /// Of one question to JetStream, and of one write to the broker.
  std::chrono::milliseconds request_timeout{2'000};
  std::chrono::milliseconds ping_interval{2'500};    ///< after three without an answer the connection is lost
  std::size_t max_pending_bytes = 64 * 1024 * 1024;  ///< that wait here to be read by next()
};

/// What a question to JetStream came to.
enum class Reply {
  done,
  conflict,  ///< the key exists, or has another revision by now, or none
  missing,   ///< there is no such key, or no such revision
  /// Not connected, no answer in time, no leader, or no such bucket any more (open_buckets() makes it anew).
  /// It may have been done all the same when the answer was lost.
  unavailable
};

/// The two buckets of a cluster.
enum class Bucket { nodes, names };

/// One connection to the broker, and what a node needs of it. After a loss it is made again by itself, for as
/// long as this lives; but when a broker refuses the credentials twice in a row, only connect() makes
/// another, with what was subscribed.
class Broker {
 public:
  /// What happens to the connection, each called by a thread of the library's; none may block or throw. None
  /// is called once the Broker is destroyed.
  struct Events {
    std::function<void()> connected;  ///< the first time (by the thread in connect()), and each time again
    std::function<void()> disconnected;
    std::function<void()> lost;  ///< packets: the queue of next() became full; once until it has room again
  };

  /// The logger must outlive this. Throws std::invalid_argument for a name of a cluster that is none.
  Broker(BrokerOptions options, spdlog::logger& log, Events events);
  /// Nobody may be in any function of this.
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  /// Makes the connection, unless there is one or it is being made again; tries each URL once. To be called
  /// until it is true, and now and then while is_connected() is false. False: no broker answers (see
  /// problem()), or it is being made again. Throws std::runtime_error, whose text says what to do and shows
  /// no password, for what no waiting mends: refused credentials, a file that cannot be read, a certificate
  /// that is not trusted, no TLS for tls://. One thread at a time, of this and of subscribe() and listen().
  bool connect();
  /// Why the last connect() or open_buckets() was false, without passwords. Any thread.
  std::string problem() const;
  /// Any thread.
  bool is_connected() const;
  /// Whether to destroy this may wait without end: while it makes a connection again the library holds its
  /// lock, also when the broker is silent in the midst of it.
  bool may_hang() const;

  /// Makes sure that both buckets are there; those that exist are used as they are. False: unavailable.
  /// Throws std::runtime_error, saying what to do, when the broker has no JetStream, cannot keep three
  /// copies, or has a bucket from which nothing can be erased. One thread at a time.
  bool open_buckets();

  /// What the broker takes in one message, in bytes; 0 while not known. Any thread.
  std::size_t max_payload_bytes() const;

  // One thread at a time, once connect() was true.

  /// From here on next() has what is published to the subject, but for what this publishes itself. Once.
  bool subscribe(const std::string& subject);
  /// Waits at most so long. Nothing: nothing came.
  std::optional<std::string> next(std::chrono::milliseconds timeout);

  struct Heard {
    std::string_view subject;
    std::string_view bytes;
    bool is_undelivered = false;  ///< the broker's word to a reply subject that nobody has the subject
  };
  /// From here on `heard` is called, by a thread of the library's, with each message on that subject, which
  /// may end in ".>". It must not throw.
  bool listen(const std::string& subject, std::function<void(const Heard& heard)> heard);

  // Any thread.

  /// False: not connected, or too large. True is no promise that it arrives. May wait for the broker's
  /// socket, for the request timeout. `reply`: where the broker writes to when nobody has the subject
  /// (is_undelivered above); empty: nowhere.
  bool publish(const std::string& subject, const std::string& reply, std::string_view bytes);
  /// True: the broker has had all that was published before. Waits at most so long, 1 ms at least.
  bool flush(std::chrono::milliseconds timeout);

  struct Written {
    Reply reply = Reply::unavailable;
    std::uint64_t revision = 0;
  };
  /// The key must not exist: of several who ask at once one is `done`. Keys are what to_token() makes.
  Written create(Bucket bucket, const std::string& key, std::string_view value);
  /// The key must have that revision, else `conflict`; an erased one has none.
  Written update(Bucket bucket, const std::string& key, std::string_view value, std::uint64_t revision);

  struct Read {
    Reply reply = Reply::unavailable;
    std::string value;  ///< empty unless `done`
    std::uint64_t revision = 0;
  };
  Read get(Bucket bucket, const std::string& key);

  /// Removes what was written with that revision, unless the key has been written to since. No marker of it
  /// stays. `missing`: there is no such revision (any more).
  Reply erase(Bucket bucket, std::uint64_t revision);

  /// All keys; none when unavailable.
  std::vector<std::string> keys(Bucket bucket);

  /// Subjects of this cluster: to_subject() with its name.
  std::string subject(std::string_view rest) const;

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
};

/// Whether a cluster may be called so, as a part of subjects and of names of buckets: 1 to 64 of A-Z, a-z,
/// 0-9,
/// - and _.
bool is_valid_cluster_name(std::string_view name);

/// "parley.<cluster>.<rest>".
std::string to_subject(std::string_view cluster_name, std::string_view rest);
/// The URL, or whatever somebody has typed in its place, as it may be shown: without user and password.
std::string without_password(std::string_view url);
/// Why that cannot be a broker's URL, without a password; empty: it can. User and password are
/// percent-decoded.
std::string url_fault(std::string_view url);

}  // namespace parley::cluster
