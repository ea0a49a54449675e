#include "server/net/admission.hpp"

namespace parley {

Admission::Verdict Admission::admit(const asio::ip::address& address) {
  const MutexLock lock(mutex_);
  if (is_closed_) return Verdict::closed;
  if (connections_ >= caps_.connections) return Verdict::server_full;
  const auto found = by_address_.find(address);
  const std::size_t here = found == by_address_.end() ? 0 : found->second;
  const bool is_exempt = caps_.is_this_host_exempt && address.is_loopback();
  if (!is_exempt && here >= caps_.connections_per_address) return Verdict::address_full;
  by_address_.insert_or_assign(found, address, here + 1);
  ++connections_;
  idle_since_ = Clock::time_point::max();
  return Verdict::welcome;
}

void Admission::let_go(const asio::ip::address& address) noexcept {
  const MutexLock lock(mutex_);
  const auto found = by_address_.find(address);
  if (--found->second == 0) by_address_.erase(found);
  if (--connections_ == 0) idle_since_ = Clock::now();
}

void Admission::close() {
  const MutexLock lock(mutex_);
  is_closed_ = true;
}

bool Admission::is_closed() const {
  const MutexLock lock(mutex_);
  return is_closed_;
}

std::size_t Admission::connections() const {
  const MutexLock lock(mutex_);
  return connections_;
}

bool Admission::begin_refusal() {
  const MutexLock lock(mutex_);
  if (refusals_ >= caps_.refusals) return false;
  ++refusals_;
  return true;
}

void Admission::end_refusal() noexcept {
  const MutexLock lock(mutex_);
  --refusals_;
}

std::chrono::milliseconds Admission::idle_for() const {
  const MutexLock lock(mutex_);
  const auto now = Clock::now();
  return idle_since_ > now ? std::chrono::milliseconds{0}
                           : std::chrono::duration_cast<std::chrono::milliseconds>(now - idle_since_);
}

}  // namespace parley
