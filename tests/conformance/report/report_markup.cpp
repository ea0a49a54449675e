#include "tests/conformance/report/report_markup.hpp"

#include <algorithm>

#include "protocol/text.hpp"
#include "tests/conformance/report/report.hpp"

namespace parley::conform {

std::string markup(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(1, utf8_sequence_length(text));
    const std::string_view one = text.substr(0, length);
    if (one == "&")
      out += "&amp;";
    else if (one == "<")
      out += "&lt;";
    else if (one == ">")
      out += "&gt;";
    else if (one == "\"")
      out += "&quot;";
    else if (one == "\n")
      out += one;
    else
      out += printable(one);
    text.remove_prefix(length);
  }
  return out;
}

std::string link_to(std::string_view file) {
  std::string out;
  for (const char c : file) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view("-._~").find(c) != std::string_view::npos;
    if (is_plain) {
      out += c;
    } else {
      constexpr std::string_view digits = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte / 16];
      out += digits[byte % 16];
    }
  }
  return out;
}

std::string attribute(std::string_view name, std::string_view value) {
  return ' ' + std::string(name) + "=\"" + markup(value) + '"';
}

std::string attribute(std::string_view name, int value) {
  return attribute(name, std::to_string(value));
}

}  // namespace parley::conform
