#pragma once

#include <cstdint>
#include <memory>
#include <utility>

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
  Receipt(std::shared_ptr<Replies> replies, std::uint64_t sequence)
      : replies_(std::move(replies)), sequence_(sequence) {}
  Receipt(Receipt&&) = default;
  Receipt& operator=(Receipt&& other) noexcept {
    report(Outcome::failed);
    replies_ = std::move(other.replies_);
    sequence_ = other.sequence_;
    return *this;
  }
  ~Receipt() { report(Outcome::failed); }

  /// Does nothing the second time.
  void report(Outcome outcome) noexcept;

 private:
  std::shared_ptr<Replies> replies_;
  std::uint64_t sequence_ = 0;
};

}  // namespace parley
