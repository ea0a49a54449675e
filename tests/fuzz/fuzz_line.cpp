// Invariants: whatever characters are typed and moved over, the cursor stands between two whole characters,
// and at any width inside the rows that the line is laid out in, none of which is too wide.
#include <algorithm>
#include <clocale>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "client/graphemes.hpp"
#include "client/line_buffer.hpp"
#include "client/line_layout.hpp"
#include "protocol/text.hpp"
#include "tests/fuzz/require.hpp"

using namespace parley;

namespace {

// A terminal that is no terminal any more draws as well.
constexpr std::size_t most_columns = 1000;

void press(client::LineBuffer& line, std::uint8_t key) {
  switch (key) {
    case 0x01:
      return line.home();
    case 0x02:
      return line.left();
    case 0x03:
      return line.erase_word_behind();
    case 0x04:
      return line.erase_behind();
    case 0x05:
      return line.end();
    case 0x06:
      return line.right();
    case 0x07:
      return line.word_left();
    case 0x08:
      return line.erase_before();
    case 0x0b:
      return line.erase_to_end();
    case 0x0c:
      return line.word_right();
    case 0x0e:
      return line.erase_word_before();
    case 0x15:
      return line.erase_to_beginning();
    case 0x17:
      return line.erase_blank_word_before();
    case 0x19:
      (void)line.put_back();
      return;
    default:
      return;
  }
}

/// In front of a cluster, or at the end.
bool is_between_clusters(const std::string& text, std::size_t cursor) {
  std::size_t at = 0;
  while (at < cursor) at += client::cluster_length(std::string_view(text).substr(at));
  return at == cursor;
}

void require_sound(const client::LineBuffer& line, std::size_t columns) {
  require(line.cursor() <= line.text().size(), "the cursor in the line");
  require(is_between_clusters(line.text(), line.cursor()), "no cluster cut by the cursor");
  const std::string prompt = "\x1b[32malice\x1b[0m \xe2\x86\x92 bob> ";
  const client::Layout layout = client::lay_out(prompt, line.text(), line.cursor(), columns, "  | ");
  require(!layout.rows.empty(), "a row");
  for (const client::Row& row : layout.rows) require(row.columns <= columns, "no row too wide");
  require(layout.rows.back().columns < columns, "room behind the line");
  require(layout.cursor.row < layout.rows.size(), "the cursor in a row");
  const client::Row& row = layout.rows[layout.cursor.row];
  require(layout.cursor.column <= row.columns && layout.cursor.column < columns, "the cursor on the screen");
  require(layout.cursor_bytes <= row.text.size(), "the cursor in its row");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool is_utf8 = std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr;
  require(is_utf8, "a locale");
  if (size < 2) return 0;  // the width
  const std::size_t columns = 1 + (data[0] + 256U * data[1]) % most_columns;
  client::LineBuffer line;
  std::string_view rest(reinterpret_cast<const char*>(data) + 2, std::min<std::size_t>(size - 2, 300));
  while (!rest.empty()) {
    const std::size_t length = utf8_sequence_length(rest);
    if (length == 0) {  // the key decoder lets no such byte through
      rest.remove_prefix(1);
      continue;
    }
    const auto first = static_cast<std::uint8_t>(rest[0]);
    const bool is_text = first >= 0x20 || first == '\n' || first == '\t';
    if (is_text)
      require(line.insert(rest.substr(0, length)), "room in the line");
    else
      press(line, first);
    rest.remove_prefix(length);
    require_sound(line, columns);
  }
  return 0;
}
