#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace parley {

/// The bytes that a parser was given and has not consumed, in memory that grows with them. Belongs to the
/// parser's thread.
class InputBuffer {
 public:
  /// Room for at least `least_bytes` more, to read into. Moves what is pending. Where `announced_bytes` are
  /// still to come, the memory grows towards them, but never to more than four times what has come.
  std::span<char> prepare(std::size_t least_bytes = least_read_bytes, std::size_t announced_bytes = 0) {
    if (begin_ == end_) start_anew();
    if (bytes_.size() - end_ < least_bytes) make_room(least_bytes, announced_bytes);
    return {bytes_.data() + end_, bytes_.size() - end_};
  }

  /// The first `count` bytes of what prepare() returned hold input now.
  void commit(std::size_t count) { end_ += count; }

  /// Adds bytes that are already somewhere.
  void append(std::string_view bytes);

  /// What is not consumed yet; until the next prepare() or append().
  std::string_view pending() const { return {bytes_.data() + begin_, end_ - begin_}; }

  /// The first `count` pending bytes are done with. Their memory stays until the next prepare() or append().
  void consume(std::size_t count) { begin_ += count; }

  /// As consume(), and overwrites what stood there, which was nobody else's business.
  void wipe(std::size_t count);

  /// Overwrites all that was consumed and whose memory is still there.
  void wipe_consumed();

  /// Its memory when that is over 8 KiB, else 0. Up to 32 KiB stay when nothing is pending.
  std::size_t grown_bytes() const { return bytes_.size() > small_bytes ? bytes_.size() : 0; }

  static constexpr std::size_t least_read_bytes = 512;
  static constexpr std::size_t small_bytes = 8 * 1024;

 private:
  // Chat lines fit the first; the second keeps a sender of larger messages from growing its buffer for each.
  static constexpr std::size_t initial_bytes = 2 * 1024;
  static constexpr std::size_t kept_bytes = 32 * 1024;

  void start_anew() {
    begin_ = end_ = wiped_ = 0;
    if (bytes_.size() > kept_bytes) [[unlikely]]
      shrink();
  }
  void shrink();
  void make_room(std::size_t least_bytes, std::size_t announced_bytes);

  std::vector<char> bytes_;  // [begin_, end_) is pending
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t wiped_ = 0;  // so many bytes are overwritten
};

}  // namespace parley
