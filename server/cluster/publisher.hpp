#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/thread_annotations.hpp"
#include "server/cluster/broker.hpp"
#include "server/cluster/link.hpp"
#include "server/cluster/local_users.hpp"
#include "server/cluster/self.hpp"
#include "server/logger.hpp"

namespace parley::cluster {

/// Tells a thread that there is something to do. Any thread.
class Bell {
 public:
  void ring() EXCLUDES(mutex_);
  /// Waits until somebody has rung since the last time.
  void wait() EXCLUDES(mutex_);

 private:
  Mutex mutex_;  // no other is taken under it
  Condition rung_;
  bool is_rung_ GUARDED_BY(mutex_) = false;
};

/// Writes what waits in the links to the broker: on a thread of its own, or on that of whoever has just added
/// something, when that cannot wait for the broker's socket.
class Publisher final : public Outlet {
 public:
  /// `token`: this node's name in subjects. `cluster_name`: what these begin with.
  Publisher(Broker& broker, const Self& self, const std::string& cluster_name, const std::string& token,
            spdlog::logger& log);

  void ring() override { bell_.ring(); }
  void publish_soon(Link& link) noexcept override;

  void has_dropped() noexcept override { dropped_.fetch_add(1, std::memory_order_relaxed); }
  void has_lost() noexcept override { lost_.fetch_add(1, std::memory_order_relaxed); }

  // So far; any thread. Packets, but for dropped(), which are items.
  std::uint64_t published() const { return published_.load(std::memory_order_relaxed); }
  std::uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

  /// The broker has said something, so it reads, too. Any thread.
  void heard() { unheard_bytes_.store(0, std::memory_order_relaxed); }

  /// The writing thread: until stop().
  void run(const LocalUsers& local_users) noexcept;
  /// Any thread; what was added before is published first.
  void stop();

 private:
  bool publish_next(Link& link);
  bool publish(const Link& link, const Link::Batch& batch) noexcept;

  Broker& broker_;
  const Self& self_;
  const std::string inbox_;         // the beginning of the subject of every node
  const std::string lost_subject_;  // where the broker says that a packet came to nobody, less its end
  spdlog::logger& log_;
  Bell bell_;
  std::atomic<bool> is_over_{false};
  std::atomic<std::size_t> unheard_bytes_{0};  // published since the broker's last word
  std::atomic<std::uint64_t> published_{0};
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace parley::cluster
