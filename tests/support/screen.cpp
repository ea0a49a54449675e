#include "tests/support/screen.hpp"

#include <cstdint>
#include <span>

namespace parley::test {
namespace {

constexpr std::uint32_t behind_wide_character = 0xFFFFFFFF;

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0U | (c >> 6U));
  } else {
    if (c < 0x10000) {
      put(0xE0U | (c >> 12U));
    } else {
      put(0xF0U | (c >> 18U));
      put(0x80U | ((c >> 12U) & 0x3FU));
    }
    put(0x80U | ((c >> 6U) & 0x3FU));
  }
  put(0x80U | (c & 0x3FU));
}

std::string text_of(std::span<const VTermScreenCell> cells) {
  std::string line;
  for (const auto& cell : cells) {
    if (cell.chars[0] == behind_wide_character) continue;
    if (cell.chars[0] == 0) line += ' ';
    for (const std::uint32_t c : cell.chars) {
      if (c == 0) break;
      append_utf8(line, c);
    }
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string from_latin1(std::string_view bytes) {
  std::string utf8;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    if (value >= 0x80 && value < 0xa0)
      utf8.append("\x1b").append(1, static_cast<char>(value - 0x40));
    else
      append_utf8(utf8, value);
  }
  return utf8;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += line + "\n";
  out.erase(out.find_last_not_of('\n') + 1);
  return out + "\n";
}

}  // namespace

Screen::Screen(std::size_t rows, std::size_t columns)
    : terminal_(vterm_new(static_cast<int>(rows), static_cast<int>(columns))),
      screen_(vterm_obtain_screen(terminal_.get())) {
  vterm_set_utf8(terminal_.get(), 1);
  callbacks_.sb_pushline = &Screen::keep_row;
  callbacks_.bell = &Screen::count_bell;
  vterm_screen_set_callbacks(screen_, &callbacks_, this);
  vterm_screen_reset(screen_, 1);
}

void Screen::feed(std::string_view bytes) {
  const std::string converted = is_latin1_ ? from_latin1(bytes) : std::string();
  if (is_latin1_) bytes = converted;
  (void)vterm_input_write(terminal_.get(), bytes.data(), bytes.size());
}

void Screen::resize(std::size_t rows, std::size_t columns) {
  vterm_set_size(terminal_.get(), static_cast<int>(rows), static_cast<int>(columns));
}

int Screen::keep_row(int columns, const VTermScreenCell* cells, void* self) {
  auto& gone = static_cast<Screen*>(self)->gone_;
  gone.push_back(text_of({cells, static_cast<std::size_t>(columns)}));
  if (gone.size() > most_rows_kept) gone.pop_front();
  return 1;
}

int Screen::count_bell(void* self) {
  ++static_cast<Screen*>(self)->bells_;
  return 1;
}

std::string Screen::text() const {
  std::string gone;
  for (const auto& line : gone_) gone += line + "\n";
  return gone + shown();
}

std::string Screen::shown() const {
  int rows = 0;
  int columns = 0;
  vterm_get_size(terminal_.get(), &rows, &columns);
  std::vector<std::string> lines;
  std::vector<VTermScreenCell> cells(static_cast<std::size_t>(columns));
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column)
      (void)vterm_screen_get_cell(screen_, {row, column}, &cells[static_cast<std::size_t>(column)]);
    lines.push_back(text_of(cells));
  }
  return joined(lines);
}

Screen::Cursor Screen::cursor() const {
  VTermPos position{};
  vterm_state_get_cursorpos(vterm_obtain_state(terminal_.get()), &position);
  return {static_cast<std::size_t>(position.row), static_cast<std::size_t>(position.col)};
}

}  // namespace parley::test
