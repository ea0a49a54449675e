// Invariant: the parser tells the same events however the bytes are cut, at most one per byte and one more,
// and keeps nothing that it has seen; a line comes out as one line of UTF-8 without control characters; and
// what is written of any bytes is whole lines, each with its prefix, no longer than promised.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/telnet.hpp"
#include "protocol/text.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/same_however_cut.hpp"

using namespace parley;
using namespace parley::telnet;

namespace {

/// Small, so that short inputs reach them.
constexpr std::size_t max_line_bytes = 16;
constexpr std::size_t max_body_bytes = 64;

bool has_controls(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
  }
  return false;
}

struct Describe {
  std::string operator()(const NeedMore&) const { return {}; }
  std::string operator()(const Line& line) const {
    require(to_utf8(line.text) == line.text, "UTF-8");
    require(!has_controls(line.text), "no control characters");
    require(line.text.size() <= 3 * max_line_bytes, "a line within its limit");
    require(line.raw.size() <= max_line_bytes, "the bytes of a line within its limit");
    require(to_utf8(line.raw) != line.raw || line.raw.size() >= line.text.size(), "a line of its bytes");
    return (line.is_cut ? "cut " : "line ") + std::string(line.text);
  }
  std::string operator()(const Answer& answer) const {
    require(answer.bytes.size() == 3 && answer.bytes[0] == '\xff', "one command with its option");
    return "answer " + std::string(answer.bytes);
  }
  std::string operator()(const Leave&) const { return "leave"; }
};

/// What the parser says about the bytes in pieces.
std::vector<std::string> run(std::string_view bytes, std::size_t first_cut, std::size_t piece_bytes) {
  Parser parser(max_line_bytes);
  std::vector<std::string> events;
  take_events(parser, bytes, first_cut, piece_bytes, 0, [&](const Event& event) {
    events.push_back(std::visit(Describe{}, event));
    return true;
  });
  events.push_back(std::visit(Describe{}, parser.end()));
  return events;
}

void check_lines(std::string_view lines, std::string_view prefix) {
  require(lines.size() <= max_body_bytes + 128, "no longer than promised");
  require(to_utf8(lines) == lines, "UTF-8");
  while (!lines.empty()) {
    const auto end = lines.find("\r\n");
    require(end != std::string_view::npos, "whole lines");
    require(lines.starts_with(prefix), "a prefix on each line");
    require(!has_controls(lines.substr(0, end)), "no control characters");
    lines.remove_prefix(end + 2);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t cut = data[0];
  const std::string bytes(data + 1, data + size);

  const auto whole = require_same_however_cut(bytes, cut, run);
  require(whole.size() <= bytes.size() + 2, "at most one event per byte");

  check_lines(public_lines("bob", bytes, max_body_bytes), "bob> ");
  check_lines(private_lines("bob", bytes, max_body_bytes), "[private] bob> ");
  return 0;
}
