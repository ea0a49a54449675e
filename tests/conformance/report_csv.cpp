#include "tests/conformance/report_csv.hpp"

#include <string_view>

#include "tests/conformance/report.hpp"

namespace parley::conform {

std::string csv_field(const std::string& text) {
  std::string out = "\"";
  const std::string safe = shown(text);
  if (!safe.empty() && std::string_view("=+-@").find(safe.front()) != std::string_view::npos) out += '\'';
  for (const char c : safe) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

}  // namespace parley::conform
