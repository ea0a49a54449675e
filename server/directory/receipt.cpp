#include "server/directory/receipt.hpp"

#include <utility>

namespace parley {

void Receipt::report(Outcome outcome) noexcept {
  if (const auto answerer = std::exchange(answerer_, nullptr)) answerer->settle(token_, outcome);
}

Receipt DeliveryCounter::receipt(std::size_t body_bytes) {
  // Owns nothing: the counter is the server's, and counting references to it would cost each message two.
  return {std::shared_ptr<Answerer>(std::shared_ptr<Answerer>(), this), body_bytes};
}

void DeliveryCounter::settle(std::uint64_t body_bytes, Outcome outcome) noexcept {
  counters_.count(outcome == Outcome::received, body_bytes);
}

}  // namespace parley
