#include "client/line_reader.hpp"

#include <utility>

namespace parley::client {

void LineReader::feed(std::string_view bytes) {
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  buffer_ += bytes;
}

std::optional<LineReader::Line> LineReader::next() {
  auto line_end = buffer_.find('\n', scanned_);
  if (line_end == std::string::npos) {
    scanned_ = buffer_.size();
    if (scanned_ - begin_ > max_line_bytes_) {
      begin_ = scanned_;
      skipping_ = true;
    }
    if (!finished_ || (begin_ == scanned_ && !skipping_)) return std::nullopt;
    line_end = scanned_;
  }
  Line line{buffer_.substr(begin_, line_end - begin_), std::exchange(skipping_, false)};
  begin_ = scanned_ = line_end == buffer_.size() ? line_end : line_end + 1;
  if (line.text.size() > max_line_bytes_) line.too_long = true;
  if (line.too_long) line.text.clear();
  return line;
}

}  // namespace parley::client
