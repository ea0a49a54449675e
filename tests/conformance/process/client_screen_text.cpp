#include "tests/conformance/process/client_screen_text.hpp"

namespace parley::conform {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr char escape = '\x1b';

bool is_control(char byte) {
  return static_cast<unsigned char>(byte) < 0x20 || byte == '\x7f';
}

}  // namespace

void ScreenText::feed(std::string_view bytes) {
  for (const char byte : bytes) take(byte);
}

void ScreenText::take(char byte) {
  switch (state_) {
    case State::carriage_return:
      state_ = State::ground;
      if (byte == '\n') return;  // the CR has made the LF
      [[fallthrough]];
    case State::ground:
      if (byte == escape) {
        state_ = State::escape;
      } else if (byte == '\r') {
        text_ += '\n';
        state_ = State::carriage_return;
      } else if (byte == '\n' || byte == '\t' || !is_control(byte)) {
        text_ += byte;
      }
      return;
    case State::escape:
      digits_ = 0;
      large_number_ = false;
      if (byte == '[')
        state_ = State::control_sequence;
      else if (byte == ']' || byte == 'P' || byte == '_' || byte == '^' || byte == 'X')
        state_ = State::string;
      else if (byte >= 0x20 && byte <= 0x2f)
        state_ = State::charset;
      else
        state_ = State::ground;
      return;
    case State::charset:
      state_ = State::ground;
      return;
    case State::control_sequence:
      return take_of_sequence(byte);
    case State::string:
      if (byte == '\a' || byte == '\n') state_ = State::ground;
      if (byte == escape) state_ = State::string_escape;
      return;
    case State::string_escape:
      state_ = State::ground;
      return;
  }
}

void ScreenText::take_of_sequence(char byte) {
  constexpr std::string_view colors_and_modes = "mhl";
  constexpr std::size_t tame_digits = 2;
  digits_ = byte >= '0' && byte <= '9' ? digits_ + 1 : 0;
  large_number_ = large_number_ || digits_ > tame_digits;
  if (byte < 0x40 && !is_control(byte)) return;
  state_ = State::ground;
  if (large_number_ && colors_and_modes.find(byte) == std::string_view::npos) tame_ = false;
}

std::string_view ScreenText::last_line() const {
  const auto end = text_.rfind('\n');
  return std::string_view(text_).substr(end == std::string::npos ? 0 : end + 1);
}

std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (blanks.find(c) == std::string_view::npos) out += c;
  return out;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (const auto first = line.find_first_not_of(blanks); first != std::string_view::npos)
      lines.emplace_back(line.substr(first, line.find_last_not_of(blanks) - first + 1));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace parley::conform
