#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "server/counters.hpp"

namespace parley {

/// What became of a message at one recipient.
enum class Outcome {
  received,
  failed,    ///< no such user, gone, silent, or its mailbox full: ERROR 102
  rejected,  ///< the recipient could not read the header: ERROR 103
};

/// Whoever owes the answer that receipts are collected for: the replies to a sender, or a mere count.
class Answerer {
 public:
  Answerer() = default;
  virtual ~Answerer() = default;
  Answerer(const Answerer&) = delete;
  Answerer& operator=(const Answerer&) = delete;

  /// The outcome of one receipt. `token` is what the receipt was made with. Any thread, no lock held.
  virtual void settle(std::uint64_t token, Outcome outcome) noexcept = 0;
};

/// The duty to say what became of a message at one recipient. Reports exactly once: a receipt that is dropped
/// reports a failure, so no SEND can stay without its answer (D2). Reporting may write to the sender's
/// socket: while a lock is held never report one, and neither destroy nor overwrite one that is still owed.
/// Owned by one thread at a time.
class Receipt {
 public:
  /// Owed to nobody.
  Receipt() = default;
  Receipt(std::shared_ptr<Answerer> answerer, std::uint64_t token)
      : answerer_(std::move(answerer)), token_(token) {}
  Receipt(Receipt&& other) noexcept = default;
  Receipt& operator=(Receipt&& other) noexcept {
    if (answerer_) report(Outcome::failed);
    answerer_ = std::move(other.answerer_);
    token_ = other.token_;
    return *this;
  }
  ~Receipt() {
    if (answerer_) report(Outcome::failed);
  }

  /// Does nothing the second time.
  void report(Outcome outcome) noexcept {
    if (const auto answerer = std::exchange(answerer_, nullptr)) answerer->settle(token_, outcome);
  }

 private:
  std::shared_ptr<Answerer> answerer_;
  std::uint64_t token_ = 0;
};

/// Counts what became of messages whose sender's dialect has no word for it. Any thread.
class DeliveryCounter final : public Answerer {
 public:
  explicit DeliveryCounter(Counters& counters) : counters_(counters) {}

  /// For one recipient of a body of so many bytes. Must not outlive the counter.
  Receipt receipt(std::size_t body_bytes);

  void settle(std::uint64_t body_bytes, Outcome outcome) noexcept override;

 private:
  Counters& counters_;
};

}  // namespace parley
