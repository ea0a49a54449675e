#pragma once

#include <string>
#include <string_view>

namespace parley {

/// Overwrites all the memory that the text has, and empties it. Any thread.
void wipe(std::string& text) noexcept;

/// A text that is nobody else's business, such as a password: its memory is overwritten when it is done with.
/// Whoever makes a std::string of it wipes that one.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text) : text_(text) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept { text_.swap(other.text_); }
  Secret& operator=(Secret other) noexcept {
    text_.swap(other.text_);
    return *this;
  }
  ~Secret() { wipe(text_); }

  std::string_view text() const { return text_; }
  bool is_empty() const { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace parley
