#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/completion.hpp"

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

/// What Tab offers for the word before the cursor: at the line's beginning a command, or a name with @ before
/// it, whether that was typed or not; elsewhere a name.
Candidates offer_names(std::string_view before_cursor, const NamesSeen& names,
                       std::span<const std::string_view> commands);

}  // namespace parley::client
