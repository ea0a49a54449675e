#pragma once

#include <vterm.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace parley::conform {

/// The text among the bytes that a program writes to a terminal: what libvterm takes for neither escape
/// sequences nor control characters; a CR, or CR LF, is a LF. Takes any bytes, in any pieces. Belongs to one
/// thread.
class ScreenText {
 public:
  ScreenText();
  ScreenText(const ScreenText&) = delete;
  ScreenText& operator=(const ScreenText&) = delete;

  void feed(std::string_view bytes);

  const std::string& text() const { return text_; }

  /// What stands behind the last LF.
  std::string_view last_line() const;

 private:
  struct Free {
    void operator()(VTerm* parser) const { vterm_free(parser); }
  };

  static int take_text(const char* bytes, std::size_t length, void* self);
  static int take_control(unsigned char control, void* self);

  const std::unique_ptr<VTerm, Free> parser_;
  std::string text_;
  bool is_behind_escape_ = false;
  bool is_behind_return_ = false;  // which has made a LF
};

/// Without any blanks and line ends: how a terminal wraps its lines does not matter then.
std::string squeezed(std::string_view text);

/// The lines without blanks around them; empty ones left out.
std::vector<std::string> lines_of(std::string_view text);

}  // namespace parley::conform
