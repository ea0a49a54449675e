#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace parley {

/// A sentence for a peer, or none: a literal, which takes no memory, or a text that lives as long as anybody
/// has it. Copies throw nothing.
class Sentence {
 public:
  Sentence() = default;
  /// A literal.
  Sentence(const char* literal) noexcept : text_(literal) {}
  /// Throws std::bad_alloc.
  explicit Sentence(std::string text)
      : owned_(std::make_shared<const std::string>(std::move(text))), text_(*owned_) {}

  std::string_view view() const { return text_; }
  bool is_empty() const { return text_.empty(); }

 private:
  std::shared_ptr<const std::string> owned_;
  std::string_view text_;
};

}  // namespace parley
