#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace parley {

/// Why there was no room for a connection.
enum class TurnedAway : std::uint8_t {
  server_full,
  address_full,
  no_room,  ///< no memory or no thread
  banned,   ///< its address, by the operator
  draining  ///< nobody new is let in any more
};
inline constexpr std::size_t turned_away_reasons = 5;
/// Their words for those who watch the server.
inline constexpr std::array<const char*, turned_away_reasons> turned_away_words = {
    "server_full", "address_full", "no_room", "banned", "draining"};

/// Why the server ended a connection by itself.
enum class Drop : std::uint8_t {
  does_not_read,  ///< too much waited for it, or for too long
  memory_share,   ///< it held most when all that waits was too much
  no_memory,      ///< there was none for it
  sign_on_time,   ///< it was nobody for too long
  frame_time,     ///< it did not complete a request
  receipt_time,   ///< it did not acknowledge a FORWARD
  foreign,        ///< it speaks another protocol
  refused_often   ///< too many of its requests in a row were refused
};
inline constexpr std::size_t drop_reasons = 8;
inline constexpr std::array<const char*, drop_reasons> drop_words = {
    "does_not_read", "memory_share", "no_memory", "sign_on_time",
    "frame_time",    "receipt_time", "foreign",   "refused_often"};

constexpr const char* to_word(TurnedAway why) {
  return turned_away_words[static_cast<std::size_t>(why)];
}
constexpr const char* to_word(Drop why) {
  return drop_words[static_cast<std::size_t>(why)];
}

/// Why TLS did not come about.
enum class HandshakeFault : std::uint8_t {
  in_clear,  ///< the peer does not speak TLS
  time,      ///< it took too long
  cut_off,   ///< the peer went within it
  declined,  ///< the peer said no: it does not trust the certificate, for example
  protocol   ///< what it sent is none of the TLS that is spoken here
};
inline constexpr std::size_t handshake_faults = 5;

/// How long some of the answers took, in classes. Any thread.
struct AnswerTimes {
  /// The longest time of each class; one more has all that took longer.
  static constexpr std::array<std::chrono::milliseconds::rep, 13> bounds_ms = {
      1, 2, 5, 10, 20, 50, 100, 200, 500, 1'000, 2'000, 5'000, 10'000};
  /// To measure takes a look at the clock: one in so many of each sender's is measured.
  static constexpr std::uint64_t measured_one_in = 64;

  std::array<std::atomic<std::uint64_t>, bounds_ms.size() + 1> counts{};
  std::atomic<std::uint64_t> sum_us{0};

  void add(std::chrono::nanoseconds time) {
    std::size_t kind = 0;
    while (kind < bounds_ms.size() && time > std::chrono::milliseconds(bounds_ms[kind])) ++kind;
    counts[kind].fetch_add(1, std::memory_order_relaxed);
    const auto time_us = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
    sum_us.fetch_add(static_cast<std::uint64_t>(time_us), std::memory_order_relaxed);
  }
};

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
  /// SENDs, and messages of the rooms with an id, that have been read and not answered yet.
  std::atomic<std::uint64_t> unanswered{0};
  std::array<std::atomic<std::uint64_t>, drop_reasons> dropped{};  ///< connections, by Drop

  std::array<std::atomic<std::uint64_t>, turned_away_reasons> turned_away_for{};  ///< the same, by TurnedAway
  std::array<std::atomic<std::uint64_t>, handshake_faults> handshakes_failed{};   ///< by HandshakeFault
  AnswerTimes answer_times;

  void count(TurnedAway why) {
    turned_away.fetch_add(1, std::memory_order_relaxed);
    turned_away_for[static_cast<std::size_t>(why)].fetch_add(1, std::memory_order_relaxed);
  }
  void count(Drop why) { dropped[static_cast<std::size_t>(why)].fetch_add(1, std::memory_order_relaxed); }
  void count(HandshakeFault why) {
    handshakes_failed[static_cast<std::size_t>(why)].fetch_add(1, std::memory_order_relaxed);
  }

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
