#pragma once

#include <cstddef>
#include <map>
#include <string_view>

namespace parley {

/// How many bytes of something that is bounded each sender has in it. Not safe from several threads.
class Shares {
 public:
  /// A sender by name; two of the same number, which is unlikely, have one share.
  using Sender = std::size_t;
  static Sender sender(std::string_view name) { return std::hash<std::string_view>()(name); }

  /// Throws std::bad_alloc, and has changed nothing then.
  void add(Sender sender, std::size_t bytes) { bytes_[sender] += bytes; }
  /// What was added goes.
  void take(Sender sender, std::size_t bytes) noexcept;
  void clear() noexcept { bytes_.clear(); }

  std::size_t of(Sender sender) const noexcept;
  /// Who has most. There must be one.
  Sender largest() const noexcept;
  /// What all that have more than so much have beyond it.
  std::size_t beyond(std::size_t bytes) const noexcept;

 private:
  std::map<Sender, std::size_t> bytes_;
};

}  // namespace parley
