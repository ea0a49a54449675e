#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace parley::conform {

/// The text among the bytes that a program writes to a terminal: without escape sequences and control
/// characters; a CR, or CR LF, is a LF. Takes any bytes, in any pieces. Belongs to one thread.
class ScreenText {
 public:
  void feed(std::string_view bytes);

  const std::string& text() const { return text_; }

  /// What stands behind the last LF.
  std::string_view last_line() const;

  /// False when a sequence moved by hundreds of rows or columns: a model of the screen could not bear many.
  bool is_tame() const { return tame_; }

 private:
  enum class State { ground, carriage_return, escape, charset, control_sequence, string, string_escape };
  void take(char byte);
  void take_of_sequence(char byte);

  std::string text_;
  State state_ = State::ground;
  std::size_t digits_ = 0;  // of the number that the control sequence is in
  bool large_number_ = false;
  bool tame_ = true;
};

/// Without any blanks and line ends: how a terminal wraps its lines does not matter then.
std::string squeezed(std::string_view text);

/// The lines without blanks around them; empty ones left out.
std::vector<std::string> lines_of(std::string_view text);

}  // namespace parley::conform
