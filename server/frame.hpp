#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/function_ref.hpp"
#include "server/budget.hpp"

namespace parley {

/// The bytes of one frame, kept once however many sockets have to send it. Any thread.
class Frame {
 public:
  /// Whether it is there only for those whom it waits for, or as long as the server.
  enum class Life : std::uint8_t { waiting, lasting };

  explicit Frame(std::string bytes, Life life = Life::waiting)
      : bytes_(std::move(bytes)), is_counted_(life == Life::lasting) {}

  const std::string& bytes() const { return bytes_; }

  /// The frame waits somewhere: counts its memory, once, unless it lasts.
  void count_in(Budget& budget) const noexcept {
    if (!is_counted_.exchange(true, std::memory_order_relaxed)) charge_ = {budget, bytes_.capacity()};
  }

 private:
  const std::string bytes_;
  mutable std::atomic<bool> is_counted_;  // or needs not to be
  mutable Budget::Charge charge_;         // written by the one who set is_counted_, and read by nobody
};

/// What a waiting frame costs beside its bytes: list node, receipt, blocks of the heap.
inline constexpr std::size_t waiting_overhead_bytes = 192;

using SharedFrame = std::shared_ptr<const Frame>;

inline SharedFrame make_frame(std::string bytes) {
  return std::make_shared<const Frame>(std::move(bytes));
}

/// What is to be written one after the other, each by a write of its own.
using Frames = std::vector<SharedFrame>;

inline Frames make_frames(std::vector<std::string> pieces) {
  Frames frames;
  frames.reserve(pieces.size());
  for (std::string& piece : pieces) frames.push_back(make_frame(std::move(piece)));
  return frames;
}

/// How something is written: a dialect (the address of something of its own) and what it distinguishes.
struct Format {
  const void* dialect = nullptr;
  std::uint64_t detail = 0;
  bool operator==(const Format&) const = default;
};

/// One thing in each of the formats that somebody asked for, made once. Belongs to one thread at a time.
class Renderings {
 public:
  /// Until the next call, unless copied.
  const Frames& get(const Format& format, FunctionRef<Frames()> render) {
    for (const auto& [known, frames] : made_)
      if (known == format) return frames;
    return made_.emplace_back(format, render()).second;
  }

 private:
  std::vector<std::pair<Format, Frames>> made_;
};

}  // namespace parley
