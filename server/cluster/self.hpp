#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <utility>

namespace parley::cluster {

/// Who this node is to others. Any thread may read; the keeper's writes.
class Self {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Self(std::string node) : node_(std::move(node)) { take_new_incarnation(); }

  const std::string& node() const { return node_; }

  /// Which life of the node this is: a new one begins each time that it has been taken for dead.
  std::uint64_t incarnation() const { return incarnation_.load(); }
  void take_new_incarnation() {
    std::random_device random;
    incarnation_.store((std::uint64_t{random()} << 32 | random()) | 1);
  }

  /// Whether it has ever been a node of the cluster.
  bool has_joined() const { return has_joined_.load(); }
  void join() { has_joined_.store(true); }

  /// When the lease was renewed last.
  Clock::time_point renewed() const { return Clock::time_point(Clock::duration(renewed_.load())); }
  void renew(Clock::time_point at) { renewed_.store(at.time_since_epoch().count()); }

  /// Whether others count it as alive, as far as it can know.
  bool holds_lease() const { return holds_lease_.load(); }
  void hold_lease(bool holds) { holds_lease_.store(holds); }

 private:
  const std::string node_;
  std::atomic<std::uint64_t> incarnation_{0};
  std::atomic<Clock::rep> renewed_{0};
  std::atomic<bool> has_joined_{false};
  std::atomic<bool> holds_lease_{false};
};

}  // namespace parley::cluster
