#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "server/counters.hpp"

namespace parley {

class Replies;

/// What became of a message at one recipient.
enum class Outcome {
  received,
  failed,    ///< no such user, gone, silent, or its mailbox full: ERROR 102
  rejected,  ///< the recipient could not read the header: ERROR 103
};

/// The duty to tell a sender what became of its message at one recipient. Reports exactly once: a receipt
/// that is dropped reports a failure, so no SEND can stay without its answer (D2). Reporting may write to the
/// sender's socket: never report, assign or destroy one while a lock is held. Owned by one thread at a time.
class Receipt {
 public:
  /// Owed to nobody.
  Receipt() = default;
  /// Only counted, as `body_bytes` delivered or not: the sender's dialect has no word for it.
  Receipt(Counters& counters, std::size_t body_bytes) : sequence_(body_bytes), counters_(&counters) {}
  Receipt(std::shared_ptr<Replies> replies, std::uint64_t sequence)
      : replies_(std::move(replies)), sequence_(sequence) {}
  Receipt(Receipt&& other) noexcept
      : replies_(std::move(other.replies_)),
        sequence_(other.sequence_),
        counters_(std::exchange(other.counters_, nullptr)) {}
  Receipt& operator=(Receipt&& other) noexcept {
    report(Outcome::failed);
    replies_ = std::move(other.replies_);
    sequence_ = other.sequence_;
    counters_ = std::exchange(other.counters_, nullptr);
    return *this;
  }
  ~Receipt() {
    if (replies_ || counters_ != nullptr) report(Outcome::failed);
  }

  /// Does nothing the second time.
  void report(Outcome outcome) noexcept;

 private:
  std::shared_ptr<Replies> replies_;
  std::uint64_t sequence_ = 0;  // of the SEND, or the bytes to count
  Counters* counters_ = nullptr;
};

}  // namespace parley
