#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <thread>
#include <unordered_map>

#include "base/event_flag.hpp"
#include "base/file_descriptor.hpp"
#include "base/thread_annotations.hpp"
#include "server/net/connection.hpp"

namespace parley {

/// Sends what waits in the queues of all connections, as their sockets take it and their pauses end: one
/// thread. Every call is safe from any thread and none blocks.
class Writer {
 public:
  using Clock = Connection::Clock;

  /// Throws std::system_error when the system has no descriptor or no thread left.
  explicit Writer(Budget& budget);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// A number for a connection that is being made.
  std::uint64_t next_id() { return next_id_.fetch_add(1, std::memory_order_relaxed); }

  /// From here on the connection is looked after, and from remove() on no longer. May throw std::bad_alloc.
  void add(const std::shared_ptr<Connection>& connection) EXCLUDES(mutex_);
  void remove(const Connection& connection) noexcept EXCLUDES(mutex_);

  /// Makes room when all that is held is more than the server may hold: the address whose connections hold
  /// the most gives way, the one that holds most first. On this host each connection counts for itself, and
  /// those that have not signed on count together, wherever they are.
  void relieve() noexcept EXCLUDES(mutex_);

  /// What waits in all of them now.
  struct Queues {
    std::size_t connections = 0;  ///< for which something waits
    std::size_t bytes = 0;
    std::size_t most_bytes = 0;  ///< for one of them
    std::size_t frames = 0;
  };
  Queues queues() const EXCLUDES(mutex_);

  // For Connection.

  /// Under the connection's write lock, so that the descriptor is its own: calls it once the socket has room.
  /// False when the system has no memory for that.
  bool watch(int descriptor, std::uint64_t id, bool is_known) noexcept;
  void unwatch(int descriptor) noexcept;

  /// Calls the connection of that number then, if it is still there. May throw std::bad_alloc.
  void resume_at(std::uint64_t id, Clock::time_point at) EXCLUDES(mutex_);

 private:
  void run() noexcept;
  void serve_ready(int timeout_ms);
  int serve_paused();
  void serve(std::uint64_t id);
  std::shared_ptr<Connection> find(std::uint64_t id) const EXCLUDES(mutex_);
  struct Victim {
    std::shared_ptr<Connection> connection;  // null: nobody holds anything
    std::size_t leaving_bytes = 0;           // what those hold who have been cut off and are not gone yet
  };
  Victim choose_victim() const EXCLUDES(mutex_);
  void drop_largest_holders() EXCLUDES(mutex_);

  Budget& budget_;
  const FileDescriptor epoll_;
  EventFlag changed_;
  std::atomic<std::uint64_t> next_id_{1};
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> relief_requests_{0};  // whose makers rely on it that somebody looks after them

  mutable Mutex mutex_;  // taken alone: under it connections are only asked what they tell without a lock
  std::unordered_map<std::uint64_t, std::weak_ptr<Connection>> connections_ GUARDED_BY(mutex_);
  std::multimap<Clock::time_point, std::uint64_t> pauses_ GUARDED_BY(mutex_);

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace parley
