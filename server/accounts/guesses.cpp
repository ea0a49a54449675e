#include "server/accounts/guesses.hpp"

#include <algorithm>

namespace parley::accounts {

std::optional<Guesses::Clock::time_point> Guesses::next_comparison(const asio::ip::address& address,
                                                                   Clock::time_point now) {
  const MutexLock lock(mutex_);
  Bucket& bucket = compared_.find_or_add(address, Bucket(comparisons));
  const Clock::time_point next = bucket.next_at(now);
  if (next - now > longest_wait) return std::nullopt;
  bucket.charge(1, now);
  return next;
}

bool Guesses::is_paused(const asio::ip::address& address, std::string_view name, Clock::time_point now) {
  const MutexLock lock(mutex_);
  const Wrong* const wrong = wrong_.find({address, std::string(name)});
  return wrong != nullptr && now < wrong->paused_until;
}

bool Guesses::note_wrong(const asio::ip::address& address, std::string_view name, Clock::time_point now) {
  const MutexLock lock(mutex_);
  Wrong& wrong = wrong_.find_or_add({address, std::string(name)}, {0, now, now});
  if (now - wrong.since >= period) wrong = {0, now, wrong.paused_until};
  if (++wrong.count < most_wrong) return false;
  wrong = {0, now, now + period};
  return true;
}

void Guesses::note_right(const asio::ip::address& address, std::string_view name) {
  const MutexLock lock(mutex_);
  wrong_.remove({address, std::string(name)});
}

asio::ip::address guesser_of(const asio::ip::address& address) {
  if (!address.is_v6() || address.is_loopback()) return address;
  constexpr std::ptrdiff_t network_bytes = 8;
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + network_bytes, bytes.end(), static_cast<unsigned char>(0));
  return asio::ip::address_v6(bytes);
}

}  // namespace parley::accounts
