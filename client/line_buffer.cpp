#include "client/line_buffer.hpp"

#include <utility>

#include "client/graphemes.hpp"

namespace parley::client {
namespace {

/// Letters and digits, and whatever is not ASCII.
bool is_of_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n';
}

}  // namespace

void LineBuffer::set(std::string text) {
  text_ = std::move(text);
  cursor_ = text_.size();
}

bool LineBuffer::insert(std::string_view text) {
  return replace(cursor_, text);
}

bool LineBuffer::replace(std::size_t begin, std::string_view text) {
  if (text_.size() - (cursor_ - begin) + text.size() > max_text_bytes) return false;
  text_.replace(begin, cursor_ - begin, text);
  cursor_ = begin + text.size();
  cursor_ = cluster_end(cursor_);
  return true;
}

/// `at`, or where the cluster begins inside which that is.
std::size_t LineBuffer::cluster_begin(std::size_t at) const {
  return cluster_end(at) == at ? at : cluster_before(text_, at);
}

std::size_t LineBuffer::cluster_end(std::size_t at) const {
  const std::size_t begin = cluster_before(text_, at);
  return begin == at ? at : begin + cluster_length(std::string_view(text_).substr(begin));
}

/// What stood before it and behind it may have become one cluster.
void LineBuffer::erase(std::size_t begin, std::size_t end) {
  text_.erase(begin, end - begin);
  cursor_ = cluster_end(begin);
}

void LineBuffer::left() {
  cursor_ = cluster_before(text_, cursor_);
}

void LineBuffer::right() {
  if (cursor_ < text_.size()) cursor_ += cluster_length(std::string_view(text_).substr(cursor_));
}

void LineBuffer::erase_before() {
  erase(cluster_before(text_, cursor_), cursor_);
}

void LineBuffer::erase_behind() {
  if (cursor_ < text_.size())
    erase(cursor_, cursor_ + cluster_length(std::string_view(text_).substr(cursor_)));
}

void LineBuffer::erase_blank_word_before() {
  std::size_t begin = cursor_;
  while (begin > 0 && is_blank(text_[begin - 1])) --begin;
  while (begin > 0 && !is_blank(text_[begin - 1])) --begin;
  take(cluster_begin(begin), cursor_);
}

std::size_t LineBuffer::word_begin() const {
  std::size_t at = cursor_;
  while (at > 0 && !is_of_word(text_[at - 1])) --at;
  while (at > 0 && is_of_word(text_[at - 1])) --at;
  return cluster_begin(at);
}

std::size_t LineBuffer::word_end() const {
  std::size_t at = cursor_;
  while (at < text_.size() && !is_of_word(text_[at])) ++at;
  while (at < text_.size() && is_of_word(text_[at])) ++at;
  return cluster_end(at);
}

void LineBuffer::take(std::size_t begin, std::size_t end) {
  if (begin == end) return;
  taken_ = text_.substr(begin, end - begin);
  erase(begin, end);
}

}  // namespace parley::client
