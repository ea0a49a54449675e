#pragma once

#include <atomic>
#include <cstdint>

namespace parley {

/// What the server tells about itself when it stops. Any thread may count; nothing but the stop depends on
/// the values.
struct Counters {
  std::atomic<std::uint64_t> users{0};  ///< sign-ons completed
  /// Messages that a recipient acknowledged, or that were written to one whose dialect has no word for it;
  /// each recipient counted.
  std::atomic<std::uint64_t> delivered{0};
  std::atomic<std::uint64_t> refused{0};      ///< messages that a recipient did not get, or refused
  std::atomic<std::uint64_t> turned_away{0};  ///< connections for which there was no room
  std::atomic<std::uint64_t> bytes{0};        ///< of message bodies, as delivered
  std::atomic<std::uint64_t> unanswered{0};   ///< SENDs that have been read and not answered yet

  /// A message's fate at one recipient.
  void count(bool was_delivered, std::uint64_t body_bytes) {
    if (!was_delivered) {
      refused.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    delivered.fetch_add(1, std::memory_order_relaxed);
    bytes.fetch_add(body_bytes, std::memory_order_relaxed);
  }
};

}  // namespace parley
