#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace parley::client {

/// A line that is being typed: UTF-8, in which the cursor stands between two grapheme clusters. Lines of one
/// message are parted by LF. Belongs to one thread.
class LineBuffer {
 public:
  /// More than the longest message; what would make the text longer is not taken.
  static constexpr std::size_t max_text_bytes = 128 * 1024;

  const std::string& text() const { return text_; }
  std::size_t cursor() const { return cursor_; }
  bool empty() const { return text_.empty(); }
  std::string_view before_cursor() const { return std::string_view(text_).substr(0, cursor_); }

  /// The cursor is behind it.
  void set(std::string text);
  void clear() { set({}); }

  /// False when there is no room for it.
  bool insert(std::string_view text);
  /// What stands from `begin` to the cursor becomes `text`.
  bool replace(std::size_t begin, std::string_view text);

  void left();
  void right();
  void word_left() { cursor_ = word_begin(); }
  void word_right() { cursor_ = word_end(); }
  void home() { cursor_ = 0; }
  void end() { cursor_ = text_.size(); }

  void erase_before();
  void erase_behind();
  // What these take can be put back.
  void erase_word_before() { take(word_begin(), cursor_); }
  void erase_blank_word_before();
  void erase_word_behind() { take(cursor_, word_end()); }
  void erase_to_end() { take(cursor_, text_.size()); }
  void erase_to_beginning() { take(0, cursor_); }
  bool put_back() { return insert(taken_); }

 private:
  std::size_t word_begin() const;
  std::size_t word_end() const;
  std::size_t cluster_begin(std::size_t at) const;
  std::size_t cluster_end(std::size_t at) const;
  void take(std::size_t begin, std::size_t end);
  void erase(std::size_t begin, std::size_t end);

  std::string text_;
  std::size_t cursor_ = 0;  // a byte of the text, or its end
  std::string taken_;
};

}  // namespace parley::client
