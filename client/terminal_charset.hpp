#pragma once

#include <cwchar>
#include <string>
#include <string_view>

namespace parley::client {

/// Sets the locale's LC_CTYPE: the environment's, UTF-8 where it says nothing of one. Before any other thread
/// runs.
void set_up_locale();

/// Between UTF-8 and the bytes of the terminal, which are in the locale's encoding. Belongs to one thread.
class TerminalCharset {
 public:
  /// As set_up_locale() left it.
  TerminalCharset();

  bool is_utf8() const { return utf8_; }

  /// What was typed, as UTF-8. A character may come in pieces; bytes that are none are passed over.
  std::string decode(std::string_view bytes);

  /// What the terminal has no character for becomes \u{NNNN}.
  std::string encode(std::string_view utf8) const;

 private:
  const bool utf8_;
  std::mbstate_t typed_{};
};

}  // namespace parley::client
