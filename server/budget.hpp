#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace parley {

/// The memory of all that waits for somebody, and of unfinished large requests, in the whole server: bounded
/// together, since each queue's own bound times their number is more than any machine has. Any thread;
/// allocates nothing.
class Budget {
 public:
  explicit Budget(std::size_t max_bytes) : max_bytes_(max_bytes) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  /// Bytes that are counted for as long as this lives.
  class Charge {
   public:
    Charge() = default;
    Charge(Budget& budget, std::size_t bytes) noexcept : budget_(&budget), bytes_(bytes) {
      budget.used_bytes_.fetch_add(bytes, std::memory_order_relaxed);
    }
    Charge(Charge&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    Charge& operator=(Charge&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Charge() {
      if (budget_ != nullptr) budget_->used_bytes_.fetch_sub(bytes_, std::memory_order_relaxed);
    }

   private:
    Budget* budget_ = nullptr;
    std::size_t bytes_ = 0;
  };

  std::size_t used_bytes() const { return used_bytes_.load(std::memory_order_relaxed); }
  std::size_t max_bytes() const { return max_bytes_; }
  bool is_exceeded() const { return used_bytes() > max_bytes_; }
  std::size_t excess_bytes() const { return is_exceeded() ? used_bytes() - max_bytes_ : 0; }

 private:
  const std::size_t max_bytes_;
  std::atomic<std::size_t> used_bytes_{0};
};

}  // namespace parley
