#include "server/two_socket/shares.hpp"

#include <algorithm>

namespace parley {

void Shares::take(Sender sender, std::size_t bytes) noexcept {
  const auto share = bytes_.find(sender);
  if ((share->second -= bytes) == 0) bytes_.erase(share);
}

std::size_t Shares::of(Sender sender) const noexcept {
  const auto share = bytes_.find(sender);
  return share == bytes_.end() ? 0 : share->second;
}

Shares::Sender Shares::largest() const noexcept {
  return std::ranges::max_element(bytes_, {}, [](const auto& share) { return share.second; })->first;
}

std::size_t Shares::beyond(std::size_t bytes) const noexcept {
  std::size_t sum = 0;
  for (const auto& [sender, share] : bytes_) sum += share > bytes ? share - bytes : 0;
  return sum;
}

}  // namespace parley
