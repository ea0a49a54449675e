#include "protocol/input_buffer.hpp"

#include <string.h>

#include <algorithm>
#include <cstring>

namespace parley {

void InputBuffer::shrink() {
  bytes_ = std::vector<char>();  // `= {}` would keep the memory
}

void InputBuffer::make_room(std::size_t least_bytes, std::size_t announced_bytes) {
  const std::size_t pending_bytes = end_ - begin_;
  if (begin_ > 0) std::memmove(bytes_.data(), bytes_.data() + begin_, pending_bytes);
  begin_ = wiped_ = 0;
  end_ = pending_bytes;
  if (bytes_.size() - end_ >= least_bytes) return;
  const std::size_t more_bytes = announced_bytes > 0 ? std::min(announced_bytes, 3 * end_) : end_;
  bytes_.resize(std::max({initial_bytes, end_ + least_bytes, end_ + more_bytes}));
}

void InputBuffer::wipe(std::size_t count) {
  ::explicit_bzero(bytes_.data() + begin_, count);
  consume(count);
}

void InputBuffer::wipe_consumed() {
  if (begin_ > wiped_) ::explicit_bzero(bytes_.data() + wiped_, begin_ - wiped_);
  wiped_ = begin_;
}

void InputBuffer::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto room = prepare();
    const std::size_t count = std::min(room.size(), bytes.size());
    std::memcpy(room.data(), bytes.data(), count);
    commit(count);
    bytes.remove_prefix(count);
  }
}

}  // namespace parley
