#pragma once

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace parley::bench {

/// How long things took, to within one per cent. Small enough to be handed from process to process.
class Histogram {
 public:
  Histogram() = default;

  /// From another's counts().
  explicit Histogram(std::vector<std::size_t> counts) : counts_(std::move(counts)) {}

  void add(std::chrono::nanoseconds time) {
    const std::size_t bucket = bucket_of(static_cast<std::uint64_t>(time.count()));
    if (bucket >= counts_.size()) counts_.resize(bucket + 1);
    ++counts_[bucket];
  }

  void add(const Histogram& other) {
    if (counts_.size() < other.counts_.size()) counts_.resize(other.counts_.size());
    for (std::size_t bucket = 0; bucket < other.counts_.size(); ++bucket)
      counts_[bucket] += other.counts_[bucket];
  }

  /// How many times fell into each bucket.
  const std::vector<std::size_t>& counts() const { return counts_; }

  /// The time that `part` (0 to 1) of all are not above; 0 when there are none.
  double percentile_us(double part) const {
    double all = 0;
    for (const std::size_t count : counts_) all += static_cast<double>(count);
    double seen = 0;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
      seen += static_cast<double>(counts_[bucket]);
      if (seen > 0 && seen >= part * all) return middle_ns(bucket) / 1000;
    }
    return 0;
  }

 private:
  // A bucket holds the times whose leading bits, so many and one, agree: the nanoseconds up to 127 have one
  // each, then buckets are 2 ns wide up to 255, 4 ns up to 511, and so on.
  static constexpr unsigned bits = 6;
  static constexpr std::size_t buckets_per_power = std::size_t{1} << bits;

  static std::size_t bucket_of(std::uint64_t ns) {
    const auto width = static_cast<unsigned>(std::bit_width(ns));
    const unsigned shift = width <= bits + 1 ? 0 : width - bits - 1;
    return shift * buckets_per_power + (ns >> shift);
  }

  static double middle_ns(std::size_t bucket) {
    const std::size_t shift = bucket < 2 * buckets_per_power ? 0 : bucket / buckets_per_power - 1;
    const auto width = static_cast<double>(std::uint64_t{1} << shift);
    return (static_cast<double>(bucket - shift * buckets_per_power) + 0.5) * width;
  }

  std::vector<std::size_t> counts_;
};

}  // namespace parley::bench
