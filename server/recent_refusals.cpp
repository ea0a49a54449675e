#include "server/recent_refusals.hpp"

#include <chrono>
#include <exception>
#include <utility>

namespace parley {

void RecentRefusals::add(std::string_view what, std::string_view why, std::string_view dialect,
                         std::string_view peer, std::string_view name) noexcept {
  try {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto at_s = std::chrono::duration_cast<std::chrono::seconds>(now).count();
    RefusedPeer refused{at_s, what, why, dialect, std::string(peer), std::string(name)};
    const MutexLock lock(mutex_);
    if (peers_.size() == most) peers_.pop_back();
    peers_.push_front(std::move(refused));
  } catch (const std::exception&) {  // the counters have it all the same
  }
}

std::vector<RefusedPeer> RecentRefusals::list() const {
  const MutexLock lock(mutex_);
  return {peers_.begin(), peers_.end()};
}

}  // namespace parley
