#pragma once

#include <vterm.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace parley::test {

/// What a terminal shows, by libvterm. Takes any bytes. The last rows that have left it at the top are kept.
/// Belongs to one thread.
class Screen {
 public:
  static constexpr std::size_t most_rows_kept = 4096;

  Screen(std::size_t rows, std::size_t columns);
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  void feed(std::string_view bytes);
  /// From now on bytes are ISO-8859-1, in which 0x80 to 0x9f are control characters.
  void set_latin1() { is_latin1_ = true; }
  void resize(std::size_t rows, std::size_t columns);

  /// The rows without blanks at their ends, each with its LF; empty ones at the end left out. Those that have
  /// left the screen come first, as far as they are kept.
  std::string text() const;
  /// Those that are on the screen.
  std::string shown() const;

  /// Of the cursor, from 0, counted from the first row of text().
  std::size_t row_index() const { return gone_.size() + cursor().row; }
  std::size_t column() const { return cursor().column; }

  std::size_t bells() const { return bells_; }

 private:
  struct Cursor {
    std::size_t row;
    std::size_t column;
  };
  struct Free {
    void operator()(VTerm* terminal) const { vterm_free(terminal); }
  };

  static int keep_row(int columns, const VTermScreenCell* cells, void* self);
  static int count_bell(void* self);
  Cursor cursor() const;

  std::unique_ptr<VTerm, Free> terminal_;
  VTermScreen* screen_;
  VTermScreenCallbacks callbacks_{};
  std::deque<std::string> gone_;
  std::size_t bells_ = 0;
  bool is_latin1_ = false;
};

}  // namespace parley::test
