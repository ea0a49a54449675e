#include "tests/conformance/process/client_screen_text.hpp"

#include <algorithm>
#include <utility>

namespace parley::conform {
namespace {

constexpr std::string_view blanks = " \t\r\n";
bool is_control(char byte) {
  return static_cast<unsigned char>(byte) < 0x20 || byte == '\x7f';
}

}  // namespace

ScreenText::ScreenText() : parser_(vterm_new(1, 1)) {
  static constexpr VTermParserCallbacks callbacks = [] {
    VTermParserCallbacks some{};
    some.text = &ScreenText::take_text;
    some.control = &ScreenText::take_control;
    return some;
  }();
  vterm_set_utf8(parser_.get(), 1);
  vterm_parser_set_callbacks(parser_.get(), &callbacks, this);
}

// In two things it differs from libvterm. A sequence without its end ends with its line: it must not hide all
// that follows. And libvterm 0.1 shows the text of the strings SOS, PM and APC: they pass for one that it
// hides.
void ScreenText::feed(std::string_view bytes) {
  constexpr char escape = '\x1b';
  constexpr char cancel = '\x18';
  constexpr char device_control_string = 'P';
  constexpr std::string_view other_strings = "X^_";
  std::string input;
  for (const char byte : bytes) {
    if (byte == '\n') input += cancel;
    const bool begins_string = is_behind_escape_ && other_strings.find(byte) != std::string_view::npos;
    input += begins_string ? device_control_string : byte;
    is_behind_escape_ = byte == escape;
  }
  (void)vterm_input_write(parser_.get(), input.data(), input.size());
}

/// Is given the text with all that follows it.
int ScreenText::take_text(const char* bytes, std::size_t length, void* self) {
  auto& screen = *static_cast<ScreenText*>(self);
  const std::string_view rest(bytes, length);
  const auto end = std::ranges::find_if(rest, is_control);
  screen.text_.append(rest.begin(), end);
  screen.is_behind_return_ = false;
  return static_cast<int>(end - rest.begin());
}

int ScreenText::take_control(unsigned char control, void* self) {
  auto& screen = *static_cast<ScreenText*>(self);
  const bool was_behind_return = std::exchange(screen.is_behind_return_, control == '\r');
  if (control == '\t')
    screen.text_ += '\t';
  else if (control == '\r' || (control == '\n' && !was_behind_return))
    screen.text_ += '\n';
  return 1;
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
