#pragma once

#include <sys/types.h>
#include <termios.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tests/conformance/watch/watch_run.hpp"

namespace parley::conform {

/// All that is to be seen while a program is watched.
struct WatchView {
  std::string subject;  ///< "server 'python3 server.py {port}'"
  std::string folder;
  std::size_t runs = 0;              ///< that have begun
  std::optional<RunSummary> last;    ///< of the last that came to an end
  std::size_t tried_before = 0;      ///< of a run of what failed: how many; 0: it was of everything
  std::vector<std::string> changed;  ///< what the run that goes on is for
  std::string running;               ///< what it does, a sentence part; empty: none goes on
  std::string note;                  ///< a sentence; may be empty
};

/// The lines of a screen of this size, from its top on; none is longer, with colours or without. Pure.
std::vector<std::string> watch_lines(const WatchView& view, std::size_t columns, std::size_t rows,
                                     bool is_coloured);

/// The terminal of standard output as a screen of its own: what stood there comes back at the end, with its
/// modes. Belongs to one thread.
class WatchScreen {
 public:
  /// Throws BadInput when standard output is no terminal.
  explicit WatchScreen(bool is_coloured);
  ~WatchScreen();
  WatchScreen(const WatchScreen&) = delete;
  WatchScreen& operator=(const WatchScreen&) = delete;

  /// What a terminal does not take within a second is dropped.
  void draw(const WatchView& view);

  /// To wait at for keys; -1: there is no keyboard.
  int keyboard() const { return keyboard_; }
  /// The next key that was typed; nothing when there is none; '\0' when the keyboard is gone.
  std::optional<char> key();

 private:
  const bool is_coloured_;
  int keyboard_ = -1;
  termios modes_{};
};

}  // namespace parley::conform
