#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace parley::client {

/// The names that Tab knows: senders and recipients, the last one first. Belongs to one thread.
class NamesSeen {
 public:
  /// More people than anyone tells apart; the one not seen for longest is forgotten.
  static constexpr std::size_t max_names = 256;

  /// This name has just been seen. One that cannot be typed as a recipient is passed over.
  void add(std::string_view name);

  /// The names that begin with `prefix` in any case, the last one seen first, and "ALL" at the end.
  std::vector<std::string> starting_with(std::string_view prefix) const;

 private:
  std::deque<std::string> names_;  // the last one seen first
};

/// Tab: completes a line's "@name". Several presses go through the names that fit. Belongs to one thread.
class Completion {
 public:
  /// The text that `before_cursor` becomes; itself when nothing fits. The first press adds what all names
  /// that fit have in common; when that is nothing, it takes the first name, and each press behind it the
  /// next.
  std::string complete(std::string_view before_cursor, const NamesSeen& names);

 private:
  std::string result_;                   // of the last press that took a name
  std::vector<std::string> candidates_;  // that it chose from
  std::size_t chosen_ = 0;
};

}  // namespace parley::client
