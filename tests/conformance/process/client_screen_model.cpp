#include "tests/conformance/process/client_screen_model.hpp"

#include <algorithm>
#include <charconv>

#include "protocol/text.hpp"

namespace parley::conform {

void ScreenModel::feed(std::string_view bytes) {
  pending_ += bytes;
  std::string_view rest = pending_;
  while (!rest.empty()) {
    if (rest[0] == '\x1b') {
      const auto end = rest.find_first_not_of("0123456789;?", 2);
      if (rest.size() < 2 || (rest[1] == '[' && end == std::string_view::npos)) break;
      if (rest[1] == '[') sequence(rest.substr(2, end - 2), rest[end]);
      rest.remove_prefix(rest[1] == '[' ? end + 1 : 2);
    } else if (static_cast<unsigned char>(rest[0]) < 0x20) {
      control(rest[0]);
      rest.remove_prefix(1);
    } else {
      const std::size_t length = utf8_sequence_length(rest);
      if (length == 0 && rest.size() < 4) break;
      put(rest.substr(0, std::max<std::size_t>(length, 1)));
      rest.remove_prefix(std::max<std::size_t>(length, 1));
    }
  }
  pending_ = std::string(rest);
}

std::string ScreenModel::text() const {
  std::string out;
  for (const auto& cells : rows_) {
    std::string line;
    for (const auto& cell : cells) line += cell;
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  out.erase(out.find_last_not_of('\n') + 1);
  return out + "\n";
}

void ScreenModel::put(std::string_view character) {
  // xterm wraps when the character behind a full row comes, not before.
  if (column_ == columns_) {
    go_to_row(row_ + 1);
    column_ = 0;
  }
  if (row().size() <= column_) row().resize(column_ + 1, " ");
  row()[column_++] = character;
}

void ScreenModel::control(char byte) {
  if (byte == '\r') column_ = 0;
  if (byte == '\n') go_to_row(row_ + 1);
  if (byte == '\b' && column_ > 0) column_ = std::min(column_, columns_ - 1) - 1;
}

void ScreenModel::sequence(std::string_view parameters, char final) {
  std::size_t count = 0;
  (void)std::from_chars(parameters.data(), parameters.data() + parameters.size(), count);
  const std::size_t n = std::max<std::size_t>(count, 1);
  auto& cells = row();
  if (cells.size() < column_) cells.resize(column_, " ");
  const auto here = cells.begin() + static_cast<std::ptrdiff_t>(column_);
  switch (final) {
    case 'A':
      row_ -= std::min(row_, n);
      break;
    case 'B':
      go_to_row(row_ + n);
      break;
    case 'C':
      column_ = std::min(column_ + n, columns_ - 1);
      break;
    case 'D':
      column_ -= std::min(column_, n);
      break;
    case 'G':
      column_ = n - 1;
      break;
    case 'J':
      rows_.resize(row_ + 1);
      [[fallthrough]];
    case 'K':
      row().resize(column_);
      break;
    case 'P':
      cells.erase(here, here + std::min(static_cast<std::ptrdiff_t>(n), cells.end() - here));
      break;
    case '@':
      cells.insert(here, n, " ");
      break;
    default:
      break;  // colours and modes
  }
}

void ScreenModel::go_to_row(std::size_t row) {
  row_ = row;
  if (rows_.size() <= row_) rows_.resize(row_ + 1);
}

}  // namespace parley::conform
