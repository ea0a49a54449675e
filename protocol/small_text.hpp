#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace parley {

/// A text on the stack, of so many bytes at most. Belongs to one thread.
template <std::size_t Capacity>
class SmallText {
 public:
  std::string_view text() const { return {bytes_.data(), size_}; }

  /// Appends all of them. False, and nothing is appended, when there is no room for that.
  template <typename... Texts>
  [[nodiscard]] bool append(const Texts&... texts) {
    if ((std::string_view(texts).size() + ...) > Capacity - size_) return false;
    char* end = bytes_.data() + size_;
    ((end += std::string_view(texts).copy(end, std::string_view(texts).size())), ...);
    size_ = static_cast<std::size_t>(end - bytes_.data());
    return true;
  }

 private:
  std::array<char, Capacity> bytes_;  // the first size_ of them
  std::size_t size_ = 0;
};

}  // namespace parley
