#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace parley {

/// Why a connection may run out of time. Each kind has a deadline of its own.
enum class Deadline : std::uint8_t {
  sign_on,   ///< to be somebody
  frame,     ///< to complete a frame that has begun
  more,      ///< to go on with what may be complete as it is
  answer,    ///< to answer what was sent to the peer
  send,      ///< ours, to answer what the peer has sent
  service,   ///< ours, to tell what has gathered for the peer
  progress,  ///< to take some of what waits for it
  linger     ///< to close its end after ours
};
inline constexpr std::size_t deadline_kinds = 8;

/// The deadlines of one connection, one of each kind; none to begin with. Any thread; no lock.
class Deadlines {
 public:
  using Clock = std::chrono::steady_clock;
  using Kinds = std::initializer_list<Deadline>;

  Deadlines() {
    for (auto& ticks : ticks_) ticks.store(never, std::memory_order_relaxed);
  }

  /// Why it is sequentially consistent, and clear() need not be: Lookout.
  void set(Deadline kind, Clock::time_point at) {
    ticks_[index(kind)].store(at.time_since_epoch().count(), std::memory_order_seq_cst);
  }
  void clear(Deadline kind) { ticks_[index(kind)].store(never, std::memory_order_relaxed); }

  Clock::time_point get(Deadline kind) const {
    return Clock::time_point(Clock::duration(ticks_[index(kind)].load(std::memory_order_seq_cst)));
  }

  /// The first one of these kinds; Clock::time_point::max() when none is set.
  Clock::time_point earliest(Kinds kinds) const {
    auto first = Clock::time_point::max();
    for (const Deadline kind : kinds) first = std::min(first, get(kind));
    return first;
  }

 private:
  static constexpr Clock::rep never = Clock::time_point::max().time_since_epoch().count();
  static constexpr std::size_t index(Deadline kind) { return static_cast<std::size_t>(kind); }

  std::array<std::atomic<Clock::rep>, deadline_kinds> ticks_;
};

}  // namespace parley
