#pragma once

#include <atomic>
#include <cstdint>

namespace parley {

/// What the server tells about itself when it stops. Any thread may count; nothing else depends on the
/// values.
struct Counters {
  std::atomic<std::uint64_t> users{0};  ///< sign-ons completed
  std::atomic<std::uint64_t> delivered{
      0};                                 ///< messages that a recipient acknowledged, each recipient counted
  std::atomic<std::uint64_t> refused{0};  ///< messages that a recipient did not get, or refused
  std::atomic<std::uint64_t> bytes{0};    ///< of message bodies, as delivered
};

}  // namespace parley
