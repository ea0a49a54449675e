#pragma once

#include <asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <map>

#include "base/thread_annotations.hpp"

namespace parley {

/// How many sockets there are, in all and from each address, and who may still come in. Any thread.
class Admission {
 public:
  using Clock = std::chrono::steady_clock;

  /// How many at once.
  struct Caps {
    std::size_t connections;
    std::size_t connections_per_address;
    bool is_this_host_exempt;  ///< from the cap for an address
    std::size_t refusals;      ///< that are given time to read why
  };
  explicit Admission(const Caps& caps) : caps_(caps) {}

  enum class Verdict { welcome, server_full, address_full, closed };

  /// One more socket from this address. Whoever is welcome is counted until let_go(). May throw
  /// std::bad_alloc.
  Verdict admit(const asio::ip::address& address) EXCLUDES(mutex_);
  void let_go(const asio::ip::address& address) noexcept EXCLUDES(mutex_);

  /// Nobody is welcome from here on.
  void close() EXCLUDES(mutex_);
  bool is_closed() const EXCLUDES(mutex_);

  /// How many are counted now.
  std::size_t connections() const EXCLUDES(mutex_);

  /// Whether one who is refused may have time to read it; then it is counted until end_refusal().
  bool begin_refusal() EXCLUDES(mutex_);
  void end_refusal() noexcept EXCLUDES(mutex_);

  const Caps& caps() const { return caps_; }

  /// How long nobody has been here; zero while somebody is, and until the first one came.
  std::chrono::milliseconds idle_for() const EXCLUDES(mutex_);

 private:
  const Caps caps_;

  mutable Mutex mutex_;  // taken alone
  bool is_closed_ GUARDED_BY(mutex_) = false;
  std::size_t connections_ GUARDED_BY(mutex_) = 0;
  std::size_t refusals_ GUARDED_BY(mutex_) = 0;
  std::map<asio::ip::address, std::size_t> by_address_ GUARDED_BY(mutex_);
  Clock::time_point idle_since_ GUARDED_BY(mutex_) = Clock::time_point::max();
};

}  // namespace parley
