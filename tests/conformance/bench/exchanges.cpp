#include "tests/conformance/bench/exchanges.hpp"

#include <algorithm>

namespace parley::conform {

void Exchanges::begin() {
  if (is_counting_) exchanges_.push_back({Clock::now(), std::nullopt});
}

void Exchanges::end(Clock::time_point answered) {
  const auto last = std::ranges::find_if(exchanges_.rbegin(), exchanges_.rend(),
                                         [](const Exchange& exchange) { return !exchange.answered; });
  if (last != exchanges_.rend()) last->answered = answered;
}

std::chrono::milliseconds Exchanges::longest_by(Clock::time_point moment) const {
  Clock::duration longest{0};
  for (const auto& [sent, answered] : exchanges_)
    longest = std::max(longest, std::min(answered.value_or(moment), moment) - sent);
  return std::chrono::duration_cast<std::chrono::milliseconds>(longest);
}

}  // namespace parley::conform
