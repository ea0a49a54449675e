// Invariant: visible() puts out whole UTF-8 without control bytes, leaves what it put out alone, and with
// doubled backslashes never makes two texts the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/text.hpp"
#include "tests/fuzz/require.hpp"

using namespace parley;

namespace {

int hex_value(char c) {
  return c <= '9' ? c - '0' : c - 'a' + 10;
}

std::string to_utf8(int code_point) {
  std::string out;
  if (code_point < 0x800) {
    out += static_cast<char>(0xC0 | (code_point >> 6));
  } else {
    out += static_cast<char>(0xE0 | (code_point >> 12));
    out += static_cast<char>(0x80 | ((code_point >> 6) & 0x3F));
  }
  out += static_cast<char>(0x80 | (code_point & 0x3F));
  return out;
}

/// What visible() with doubled backslashes was given.
std::string undo(std::string_view shown) {
  std::string out;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (shown[i] != '\\') {
      out += shown[i];
      continue;
    }
    require(i + 1 < shown.size(), "a whole escape");
    switch (shown[++i]) {
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case 'r':
        out += '\r';
        break;
      case '\\':
        out += '\\';
        break;
      case 'x':
        require(i + 2 < shown.size(), "two digits behind \\x");
        out += static_cast<char>(hex_value(shown[i + 1]) * 16 + hex_value(shown[i + 2]));
        i += 2;
        break;
      case 'u': {
        require(i + 6 < shown.size() && shown[i + 1] == '{' && shown[i + 6] == '}', "\\u{NNNN}");
        int code_point = 0;
        for (const char c : shown.substr(i + 2, 4)) code_point = code_point * 16 + hex_value(c);
        out += to_utf8(code_point);
        i += 6;
        break;
      }
      default:
        require(false, "a known escape");
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const std::string shown = visible(text);
  for (std::string_view rest = shown; !rest.empty();) {
    const std::size_t length = utf8_sequence_length(rest);
    require(length > 0 && length <= rest.size(), "whole UTF-8");
    const auto first = static_cast<unsigned char>(rest[0]);
    require(first >= 0x20 && first != 0x7F, "no C0 control, no DEL");
    require(first != 0xC2 || static_cast<unsigned char>(rest[1]) >= 0xA0, "no C1 control");
    rest.remove_prefix(length);
  }
  require(visible(shown) == shown, "nothing left to make visible");
  require(undo(visible(text, Backslash::double_)) == text, "escapes can be undone");
  return 0;
}
