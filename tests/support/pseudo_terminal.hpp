#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.hpp"
#include "tests/support/check.hpp"
#include "tests/support/process.hpp"
#include "tests/support/screen.hpp"

namespace parley::test {

/// What a terminal sends around a paste (bracketed paste mode of xterm).
inline const std::string paste_begin = "\x1b[200~";
inline const std::string paste_end = "\x1b[201~";

/// A program at a terminal of its own. It never outlives this object. Belongs to one thread.
class PseudoTerminal {
 public:
  static constexpr std::size_t columns = 60;
  static constexpr std::size_t rows = 20;

  /// `environment` is added to the test's, "NAME=value"; TERM is xterm and LC_ALL C.UTF-8 unless it says
  /// else.
  PseudoTerminal(const std::string& program, const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment = {}, Where where = Where::here());
  ~PseudoTerminal();
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  /// As if typed at the keyboard. What the program writes meanwhile is read.
  void type(std::string_view keys, Where where = Where::here());
  /// type(), then wait_for_screen().
  void type_and_wait(std::string_view keys, std::string_view part, Where where = Where::here());

  /// Waits until `part` stands on the screen; a row's end counts as LF.
  void wait_for_screen(std::string_view part, Where where = Where::here());

  /// Waits until the cursor stands there, counted from 0.
  void wait_for_cursor(std::size_t row, std::size_t column, Where where = Where::here());

  /// Waits until `part` stands in the bytes that the program wrote, at or after the offset `from`.
  void wait_for_bytes(std::string_view part, std::size_t from = 0, Where where = Where::here());

  /// Every byte that the program has written until here.
  const std::string& bytes() const { return bytes_; }
  std::string screen() const { return screen_.text(); }
  std::string shown() const { return screen_.shown(); }
  /// Of the cursor, from 0.
  std::size_t column() const { return screen_.column(); }

  /// Waits until exactly this is on the screen, as Screen::shown() has it.
  void wait_for_shown(std::string_view text, Where where = Where::here());

  /// Waits until what is on the screen is as wanted; `what` says it in words.
  void wait_for_shown(const std::function<bool(const std::string& shown)>& is_wanted, const std::string& what,
                      Where where = Where::here());

  /// The terminal has another size, and tells its program.
  void resize(std::size_t rows, std::size_t columns, Where where = Where::here());

  /// The terminal's encoding is ISO-8859-1 and not UTF-8.
  void set_latin1() { screen_.set_latin1(); }

  void signal(int number) const;

  /// As Ctrl-S and Ctrl-Q: between the two the terminal takes nothing that is written to it.
  void stop_output(Where where = Where::here());
  void resume_output(Where where = Where::here());

  /// The terminal is closed: its program gets SIGHUP. Only wait() is to follow.
  void hang_up() { master_.reset(); }

  /// Waits until the program has read every key.
  void wait_until_keys_are_read(Where where = Where::here());

  /// True when the terminal reads whole lines and echoes, as it did before the program came.
  bool is_in_line_mode() const;

  /// Waits for the program's end.
  Exit wait(Where where = Where::here());

 private:
  bool read_some(const Deadline& deadline);
  void wait_until_read(const std::function<bool()>& condition, const std::string& what, Where where);

  FileDescriptor master_;
  FileDescriptor slave_;  // held open, so that the terminal can be looked at when the program has gone
  pid_t pid_ = -1;
  std::string bytes_;
  Screen screen_{rows, columns};
};

}  // namespace parley::test
