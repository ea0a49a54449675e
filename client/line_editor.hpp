#pragma once

#include <histedit.h>
#include <signal.h>
#include <termios.h>

#include <cwchar>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_descriptor.hpp"
#include "client/appearance.hpp"
#include "client/connection.hpp"

namespace parley::client {

/// Standard input and output at a terminal, edited by libedit, where text can be printed above the line that
/// is being typed. One at a time; belongs to one thread.
class LineEditor {
 public:
  /// What wakes the editor besides keys, and what to do then.
  struct Source {
    int fd;                                             ///< readable: call on_ready
    std::function<std::optional<Deadline>()> deadline;  ///< passed: call on_ready
    std::function<void()> on_ready;                     ///< may call print_above() and interrupt()
  };

  /// Tab: what the text before the cursor becomes.
  using Completer = std::function<std::string(std::string_view before_cursor)>;

  LineEditor(Source source, Completer completer);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// What the environment says of the terminal.
  static bool has_escape_sequences();

  /// Stands between a colour's start and end in a prompt: what is inside takes no room.
  static constexpr char invisible = '\1';

  /// `columns`: the room that the prompt takes.
  void set_prompt(std::string prompt, std::size_t columns);

  /// While it lives the terminal is the editor's: keys may be typed at any time, and signals are the editor's
  /// events. Lines are read within a session; at other times Ctrl-C ends the program as usual.
  class Session {
   public:
    explicit Session(LineEditor& editor);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

   private:
    EditLine* const edit_line_;
    sigset_t signals_before_;
  };

  /// The next line as UTF-8 without its LF; nullopt at the end of input (Ctrl-D or Ctrl-C on an empty line, a
  /// hangup, SIGTERM) or after interrupt().
  std::optional<std::string> read_line();

  /// Prints a line above the one that is being typed, which stays whole; between lines, just prints it. The
  /// text must be harmless.
  void print_above(std::string_view text);

  /// Ends read_line(). What was typed stays on the screen.
  void interrupt() { interrupted_ = true; }

  /// Adds a line to the history that the arrow keys go through.
  void remember(const std::string& line);

 private:
  struct EndEditLine {
    void operator()(EditLine* edit_line) const { el_end(edit_line); }
  };
  struct EndHistory {
    void operator()(HistoryW* history) const { history_wend(history); }
  };

  static LineEditor& self(EditLine* edit_line);
  static char* prompt(EditLine* edit_line);
  static int next_character(EditLine* edit_line, wchar_t* character);
  static unsigned char on_tab(EditLine* edit_line, int character);
  unsigned char complete();
  static unsigned char on_end_of_file(EditLine* edit_line, int character);

  bool wait_for_key();
  bool is_empty() const;
  void on_signal();
  void suspend();
  void clear_line();
  Position position_of(const wchar_t* place) const;
  void erase();
  void redraw();
  void leave_line();
  void write(std::string_view text);

  Source source_;
  Completer completer_;
  FileDescriptor signals_;
  std::unique_ptr<EditLine, EndEditLine> edit_line_;
  std::unique_ptr<HistoryW, EndHistory> history_;
  termios modes_before_{};    // of the terminal, for whoever runs while parley is suspended
  std::mbstate_t decoder_{};  // of the keys' bytes
  std::string prompt_;
  std::size_t prompt_columns_ = 0;
  const bool can_move_;   // the terminal knows escape sequences
  bool editing_ = false;  // inside read_line(): prompt and line are on the screen
  bool interrupted_ = false;
};

}  // namespace parley::client
