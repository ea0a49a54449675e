#pragma once

#include <string>
#include <string_view>

namespace parley::client {

/// What the terminal can do, by TERM and terminfo.
struct TerminalType {
  bool can_move = false;    ///< the cursor, and erase, by ANSI's sequences
  bool wraps_late = false;  ///< a full row's last column can be written without going to the next row
  int colors = 0;
  bool tells_focus = false;  ///< may know "\x1b[?1004h": a window of a desktop, or a pane in one
  bool has_title = false;    ///< as xterm has: OSC 2
};

/// A TERM that terminfo does not know can do nothing, but for xterm's kin, which newer terminals belong to.
/// Call it from one thread only: terminfo has state.
TerminalType read_terminal_type(const char* term);

}  // namespace parley::client
