// Invariant: the parser tells the same requests however the bytes are cut, at most one per byte, and keeps no
// more than one; a text comes out as one line of UTF-8, and goes out as one line of the length told.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/cp1252.hpp"
#include "protocol/livecode.hpp"
#include "protocol/text.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/same_however_cut.hpp"

using namespace parley;
using namespace parley::livecode;

namespace {

/// Small, so that short inputs reach it.
constexpr std::size_t max_body_bytes = 48;

struct Describe {
  std::string operator()(const NeedMore&) const { return {}; }
  std::string operator()(const SignOn& m) const { return "AUTH " + std::string(m.name); }
  std::string operator()(const Say& m) const { return "MESG " + std::string(m.text); }
  std::string operator()(const SignOff& m) const { return "DCNX " + std::string(m.name); }
  std::string operator()(const Stop& m) const { return "STOP " + std::string(m.name); }
  std::string operator()(const Unknown& m) const { return "unknown " + std::string(m.body); }
  std::string operator()(const InvalidLength&) const { return "invalid length"; }
  std::string operator()(const TooLong&) const { return "too long"; }
};

/// What the parser says about the bytes in pieces.
std::vector<std::string> run(std::string_view bytes, std::size_t first_cut, std::size_t piece_bytes) {
  Parser parser(max_body_bytes);
  std::vector<std::string> events;
  constexpr std::size_t one_request_bytes = max_header_line_bytes + 1 + max_body_bytes;
  take_events(parser, bytes, first_cut, piece_bytes, one_request_bytes, [&](const Event& event) {
    events.push_back(std::visit(Describe{}, event));
    return true;
  });
  return events;
}

void check_frame(const std::string& text, Charset charset) {
  const std::string frame = message(text, charset);
  const std::size_t header_bytes = frame.find('\n') + 1;
  const std::size_t length = frame.size() - header_bytes - 1;
  require(frame.starts_with("MESG," + std::to_string(length) + '\n'), "the length of the text");
  const std::string_view line = std::string_view(frame).substr(header_bytes, length);
  require(line.find_first_of("\r\n") == std::string_view::npos && frame.ends_with('\n'), "one line");
  if (charset == Charset::utf8) require(line == text, "the text as it was");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t cut = data[0];
  const std::string bytes(data + 1, data + size);

  const auto whole = require_same_however_cut(bytes, cut, run);
  require(whole.size() <= bytes.size(), "at most one event per byte");

  require(utf8_to_cp1252(cp1252_to_utf8(bytes)) == bytes, "CP1252 there and back");
  const std::string text = to_text(bytes, charset_of(bytes));
  require(to_utf8(text) == text, "UTF-8");
  require(text.find_first_of("\r\n") == std::string::npos, "a text of one line");
  for (const auto charset : {Charset::utf8, Charset::cp1252}) check_frame(text, charset);
  return 0;
}
