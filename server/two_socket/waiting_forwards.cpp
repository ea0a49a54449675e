#include "server/two_socket/waiting_forwards.hpp"

#include <algorithm>
#include <iterator>

namespace parley {

void WaitingForwards::add(List& one) {
  const std::size_t bytes = one.front().bytes;
  const void* const source = one.front().source;
  auto found = by_source_.find(source);
  if (found == by_source_.end()) {
    Shares share;
    share.push_back({source, {}, 0});
    found = by_source_.emplace(source, share.begin()).first;
    shares_.splice(shares_.end(), share);
  }
  Share& share = *found->second;
  share.messages.splice(share.messages.end(), one);
  share.bytes += bytes;
  bytes_ += bytes;
}

void WaitingForwards::take(List& taken) noexcept {
  const auto share = shares_.begin();
  shares_.splice(shares_.end(), shares_, share);  // the others' turn is next
  move(share, share->messages.begin(), taken);
}

bool WaitingForwards::make_room(const void* source, std::size_t bytes, std::size_t max_bytes,
                                List& removed) noexcept {
  if (bytes_ + bytes <= max_bytes) return true;
  const auto found = by_source_.find(source);
  const std::size_t level = bytes + (found == by_source_.end() ? 0 : found->second->bytes);
  std::size_t beyond = 0;
  for (const Share& share : shares_) beyond += share.bytes > level ? share.bytes - level : 0;
  if (beyond < bytes_ + bytes - max_bytes) return false;
  while (bytes_ + bytes > max_bytes) {
    const auto largest = std::ranges::max_element(shares_, {}, &Share::bytes);
    std::size_t left = largest->messages.size();  // the last one takes the share with it
    do move(largest, std::prev(largest->messages.end()), removed);
    while (--left > 0 && largest->bytes > level && bytes_ + bytes > max_bytes);
  }
  return true;
}

void WaitingForwards::take_all(List& taken) noexcept {
  for (Share& share : shares_) taken.splice(taken.end(), share.messages);
  shares_.clear();
  by_source_.clear();
  bytes_ = 0;
}

void WaitingForwards::move(Shares::iterator share, List::iterator message, List& to) noexcept {
  share->bytes -= message->bytes;
  bytes_ -= message->bytes;
  to.splice(to.end(), share->messages, message);
  if (!share->messages.empty()) return;
  by_source_.erase(share->source);
  shares_.erase(share);
}

}  // namespace parley
