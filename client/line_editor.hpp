#pragma once

#include <signal.h>
#include <termios.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_descriptor.hpp"
#include "client/completion.hpp"
#include "client/connection.hpp"
#include "client/history.hpp"
#include "client/key_decoder.hpp"
#include "client/line_buffer.hpp"
#include "client/paper.hpp"
#include "client/prompt_area.hpp"
#include "client/terminal_charset.hpp"
#include "client/terminal_type.hpp"

namespace parley::client {

/// What tells of the user without being text.
enum class UserSign {
  key,         ///< something was typed
  focus_here,  ///< the terminal has the focus of its desktop
  focus_lost,
  suspended,  ///< the terminal is about to be another's
};

/// Standard input and output at a terminal: a line is typed at the bottom, and text can be printed above it
/// at any time. One at a time; belongs to one thread.
class LineEditor final : public Paper {
 public:
  /// What wakes the editor besides keys, and what to do then.
  struct Source {
    int fd;                                             ///< readable: call on_ready
    std::function<std::optional<Deadline>()> deadline;  ///< passed: call on_ready
    std::function<void()> on_ready;     ///< may call print_above(), set_prompt() and interrupt()
    std::function<bool()> takes_lines;  ///< false: keys wait, and nothing of them is lost
    std::function<void(UserSign)> on_sign = [](UserSign) {};  ///< may call what on_ready may
  };

  /// The question whether all of this line, which holds a paste of so many lines, is to be sent; it ends with
  /// what may be pressed. nullopt: it cannot be, and the user was told why.
  using PasteQuestion = std::function<std::optional<std::string>(std::string_view line, std::size_t lines)>;

  /// A paste of more lines than these is asked about, and sent or not; others can be edited.
  static constexpr std::size_t max_quiet_paste_lines = 5;

  /// Keys that wait: so many reads of so many bytes at most, a paste of some megabytes. More wait in the
  /// terminal, where Ctrl-C is behind them.
  static constexpr std::size_t max_waiting_reads = 1024;
  static constexpr std::size_t read_bytes = 4096;

  /// The locale's LC_CTYPE must have been set up (set_up_locale()).
  LineEditor(const TerminalType& type, Source source, Completer completer, PasteQuestion paste_question);

  /// Text in front of the line, in which only colours may be sequences. At any time.
  void set_prompt(std::string prompt);

  /// While it lives the terminal is the editor's: keys may be typed at any time, and signals are the editor's
  /// events. Lines are read within a session; at other times Ctrl-C ends the program as usual.
  class Session {
   public:
    explicit Session(LineEditor& editor);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

   private:
    LineEditor& editor_;
    sigset_t signals_before_;
  };

  /// The next line as UTF-8, with a LF between the lines of one message; nullopt at the end of input (Ctrl-D
  /// or Ctrl-C on an empty line, a hangup, SIGTERM) or after interrupt(). What is half typed then stays, and
  /// is there again when the next call begins. The line stays on the screen until what is printed next takes
  /// its place, unless keep_line() is called.
  std::optional<std::string> read_line();

  /// What read_line() has returned stays on the screen as it was typed.
  void keep_line();

  /// Above the line that is being typed, which stays whole; between lines, just prints them.
  void print_above(std::string_view text, Wrap wrap = Wrap::anywhere) override;

  std::uint64_t printed_lines() const override { return area_.printed_lines(); }
  bool replace_last(std::size_t lines, std::string_view text) override;

  /// Writes sequences that change nothing on the screen; nothing where the terminal knows none.
  void put_sequences(std::string_view sequences);

  /// Ends read_line(), and each one to come until resume().
  void interrupt() { interrupted_ = true; }
  void resume() { interrupted_ = false; }

  /// Nobody sees any more what is printed: the terminal was closed.
  bool is_terminal_gone() const { return is_terminal_gone_; }

  /// Empties the screen; the line stays.
  void clear_screen();

  /// What the arrow keys and Ctrl-R go through. read_line() adds nothing to it.
  History& history() { return history_; }

 private:
  enum class Mode { edit, search, question };
  enum class TypedAhead { yes, no };

  std::optional<Key> next_key();
  std::optional<Deadline> key_deadline() const;
  void read_keys(TypedAhead typed_ahead);
  bool act(const Key& key);
  bool edit(const Key& key);
  void search(const Key& key);
  void answer(const Key& key);
  void complete();
  void go_through_history(bool older);
  void take_paste(const Key& key);
  void insert(std::string_view text);
  void finish(std::string line);
  void end_line();
  void on_signal();
  void suspend();
  void take_terminal_back();
  void enter_raw_mode();
  void draw();
  void show_change();
  void set_modes(bool on);

  Source source_;
  Completer completer_;
  PasteQuestion paste_question_;
  FileDescriptor signals_;
  const bool tells_focus_;
  TerminalCharset charset_;
  PromptArea area_;
  termios modes_before_{};  // of the terminal, for whoever runs while parley is suspended
  std::string prompt_;

  std::deque<std::string> waiting_keys_;  // read, and not given to keys_ yet
  KeyDecoder keys_;
  Deadline keys_came_at_{};
  LineBuffer line_;
  Completion completion_;
  History history_;
  std::optional<std::size_t> history_index_;  // shown; none: the line that is new
  std::string new_line_;                      // while an older one is shown

  Mode mode_ = Mode::edit;
  std::string needle_;                   // of the search
  std::optional<std::size_t> found_;     // the line of the history that has it
  std::string question_;                 // about a paste
  std::string asked_about_;              // the whole line
  std::optional<std::string> finished_;  // the line that read_line() is to return
  std::string last_line_;                // what it has returned
  bool draw_is_due_ = false;
  bool editing_ = false;  // inside read_line(): prompt and line are on the screen
  bool interrupted_ = false;
  bool ended_ = false;
  bool is_terminal_gone_ = false;
};

}  // namespace parley::client
