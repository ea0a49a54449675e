#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace parley::client {

/// Cuts a stream of bytes into lines, with bounded memory. Belongs to one thread.
class LineReader {
 public:
  struct Line {
    std::string text;  ///< without its LF; empty when it was too long
    bool too_long = false;
  };

  explicit LineReader(std::size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  void feed(std::string_view bytes);

  /// The stream has ended: what is left is a line too.
  void finish() { finished_ = true; }

  /// The next whole line, if there is one.
  std::optional<Line> next();

 private:
  const std::size_t max_line_bytes_;
  std::string buffer_;
  std::size_t begin_ = 0;    // of what next() has not handed out
  std::size_t scanned_ = 0;  // no LF between begin_ and here
  bool skipping_ = false;    // inside a line that is too long
  bool finished_ = false;
};

}  // namespace parley::client
