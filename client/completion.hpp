#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::client {

/// What may stand in place of the text before the cursor from the byte `begin` on. The best first.
struct Candidates {
  std::size_t begin = 0;
  std::vector<std::string> words;  ///< each with the blank behind it, if it wants one
};

/// Asked when Tab is pressed, with the text before the cursor.
using Completer = std::function<Candidates(std::string_view before_cursor)>;

/// Tab: completes the word before the cursor. Several presses go through the words that fit. Belongs to one
/// thread.
class Completion {
 public:
  struct Step {
    std::size_t begin = 0;            ///< what stands from here to the cursor
    std::string word;                 ///< becomes this
    std::vector<std::string> listed;  ///< to be shown: what there is to choose from
  };

  /// The first press adds what all words that fit have in common; when that is nothing, it takes the first
  /// word and lists them all, and each press behind it takes the next.
  Step complete(std::string_view before_cursor, const Completer& completer);

 private:
  std::string result_;  // the text before the cursor after the last press that took a word
  Candidates candidates_;
  std::size_t chosen_ = 0;
};

}  // namespace parley::client
