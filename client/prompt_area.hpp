#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "base/file_descriptor.hpp"
#include "client/line_layout.hpp"
#include "client/paper.hpp"
#include "client/terminal_charset.hpp"
#include "client/terminal_type.hpp"

namespace parley::client {

/// The rows at the bottom of standard output that show a prompt and a line, and what is printed above them.
/// Where a terminal cannot move its cursor the line has one row, of which the part around the cursor is
/// shown. Belongs to one thread.
class PromptArea {
 public:
  /// Of what was printed: enough for any screen, which is printed anew when its width changes.
  static constexpr std::size_t max_kept_lines = 500;
  static constexpr std::size_t max_kept_bytes = 512 * 1024;

  PromptArea(const TerminalType& type, const TerminalCharset& charset);

  bool can_move() const { return type_.can_move; }

  /// Shows the line behind the prompt, in place of the one that is shown.
  void draw(std::string_view prompt, const std::string& line, std::size_t cursor);

  /// The line is done with: it stays on the screen like anything that was printed.
  void finish(std::string_view prompt, std::string_view line);

  /// Prints lines, parted by "\r\n", in place of the line that is shown; draw() is to follow.
  void print(std::string_view text, Wrap wrap = Wrap::anywhere);

  /// As Paper says; draw() is to follow.
  std::uint64_t printed_lines() const { return printed_lines_; }
  bool replace_last(std::size_t lines, std::string_view text);

  /// The terminal may have another width now, or somebody else has written to it; draw() is to follow.
  void resize();
  void restart();

  void clear_screen();

  /// Sequences that change nothing on the screen; nothing where the terminal knows none.
  void set_mode(std::string_view sequence);

  void ring() { pending_ += '\a'; }

  /// Everything is written by now, unless parley is to end, as SIGTERM or SIGHUP that wait say, too, and the
  /// terminal takes nothing for a moment.
  void flush();
  void begin_to_end() { is_ending_ = true; }

 private:
  struct Drawn {
    std::size_t rows = 0;        // 0: nothing is shown
    std::size_t cursor_row = 0;  // from the first of them on
    std::size_t columns = 0;     // of the last row
    std::size_t terminal_columns = 0;
    bool is_whole = false;  // one row, and nothing of the line is left out or shown in another way
    bool at_end = false;    // the cursor is behind the line
    std::string prompt;
    std::string line;
  };

  struct Kept {
    std::string text;
    Wrap wrap;
  };

  bool append(std::string_view prompt, const std::string& line, std::size_t cursor);
  void follow_width();
  void draw_rows(const Layout& layout);
  void draw_one_row(std::string_view prompt, const std::string& line, std::size_t cursor,
                    std::size_t columns);
  void erase();
  void keep(std::string_view line, Wrap wrap = Wrap::anywhere);
  std::string in_rows(std::string_view line, Wrap wrap, std::size_t columns) const;
  std::size_t usable(std::size_t columns) const;
  void drop_newest();
  void print_screen();
  std::string_view gutter() const { return charset_.is_utf8() ? "  │ " : "  | "; }

  const TerminalType type_;
  const TerminalCharset& charset_;
  Drawn drawn_;
  std::deque<Kept> kept_;
  std::size_t kept_bytes_ = 0;
  std::uint64_t printed_lines_ = 0;
  std::size_t sure_lines_ = 0;  // the last of those kept: they stand right above, in rows of sure_columns_
  std::size_t sure_columns_ = 0;
  std::string pending_;        // to be written
  FileDescriptor own_output_;  // standard output, opened once more so that only here it does not block
  bool is_ending_ = false;
  int looks_left_ = 5;  // how often the terminal is waited for then
};

}  // namespace parley::client
