#include "server/directory/receipt.hpp"

namespace parley {

Receipt DeliveryCounter::receipt(std::size_t body_bytes) {
  // Owns nothing: the counter is the server's, and counting references to it would cost each message two.
  return {std::shared_ptr<Answerer>(std::shared_ptr<Answerer>(), this), body_bytes};
}

void DeliveryCounter::settle(std::uint64_t body_bytes, Outcome outcome) noexcept {
  counters_.count(outcome == Outcome::received, body_bytes);
}

}  // namespace parley
