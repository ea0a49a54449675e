#include "tests/conformance/report/report_csv.hpp"

#include <string_view>

#include "tests/conformance/report/report.hpp"

namespace parley::conform {

std::string csv_field(const std::string& text) {
  std::string out = "\"";
  bool is_begin = true;  // of what may be a cell
  for (const char c : shown(text)) {
    if (is_begin && std::string_view("=+-@").find(c) != std::string_view::npos) out += '\'';
    is_begin = c == ';' || c == ',' || (is_begin && (c == ' ' || c == '"'));
    out += c == '"' ? "\"\"" : std::string(1, c);
  }
  return out + '"';
}

}  // namespace parley::conform
