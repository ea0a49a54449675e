// Invariant: the parser tells the same of frames, and of lines, however the bytes are cut, up to where a
// length is wrong, at most one event per byte and one besides; it keeps no more than a payload; any text
// written is frames whose lengths are right, of whole UTF-8, from which the text can be put together again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/names.hpp"
#include "protocol/text.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/same_however_cut.hpp"

using namespace parley;
using namespace parley::names;

namespace {

/// The least that a parser takes, so that short inputs reach it.
constexpr std::size_t max_payload_bytes = 99;
constexpr std::string_view first_line = "NAME A\n";

struct Describe {
  std::string operator()(const NeedMore&) const { return {}; }
  std::string operator()(const SetName& m) const { return "NAME " + std::string(m.name); }
  std::string operator()(const GetNames&) const { return "GET_NAMES"; }
  std::string operator()(const Tell& m) const {
    require(!m.recipient.empty() && !m.text.empty(), "a recipient and a text");
    return "MSG " + std::string(m.recipient) + ' ' + std::string(m.text);
  }
  std::string operator()(const Exit&) const { return "EXIT"; }
  std::string operator()(const Refusal& m) const { return std::string(m.sentence); }
  std::string operator()(const Violation& m) const { return std::string(m.sentence); }
};

/// What the parser says about pieces of this size, the first one shorter; up to the first wrong length, since
/// how much is dropped there is a matter of what has come.
std::vector<std::string> run(Parser parser, std::string_view bytes, std::size_t first_cut,
                             std::size_t piece_bytes) {
  std::vector<std::string> events;
  take_events(parser, bytes, first_cut, piece_bytes, max_payload_bytes, [&](const Event& event) {
    events.push_back(std::visit(Describe{}, event));
    return events.back() != "Wrong protocol";
  });
  return events;
}

void check_however_cut(const Parser& parser, const std::string& bytes, std::size_t cut) {
  const auto whole = require_same_however_cut(
      bytes, cut, [&](std::string_view all, std::size_t first_cut, std::size_t piece_bytes) {
        return run(parser, all, first_cut, piece_bytes);
      });
  require(whole.size() <= bytes.size(), "at most one event per byte");
}

/// All of the input, also behind wrong lengths and in raw pieces.
void check_to_the_end(std::string_view bytes, std::size_t piece_bytes) {
  Parser parser(max_payload_bytes);
  std::size_t wrong_lengths = 0;
  take_events(parser, bytes, 0, piece_bytes, max_payload_bytes, [&](const Event& event) {
    require(!std::visit(Describe{}, event).empty(), "an event in words");
    wrong_lengths += std::visit(Describe{}, event) == "Wrong protocol" ? 1 : 0;
    return true;
  });
  require(wrong_lengths <= 3, "nothing read after three wrong lengths");
}

std::string_view payload(std::string_view frame, Framing framing) {
  std::size_t length = 0;
  for (const char c : frame.substr(0, framing.length_digits)) {
    require(c >= '0' && c <= '9', "a length of digits");
    length = length * 10 + static_cast<std::size_t>(c - '0');
  }
  frame.remove_prefix(framing.length_digits);
  if (framing.length_digits > 0) require(length == frame.size(), "the length of the payload");
  return frame;
}

void check_frames(std::string_view text, Framing framing) {
  constexpr std::string_view words = "alice sent ";
  std::string again;
  for (const std::string& frame : to_message_frames("alice", text, framing)) {
    const std::string_view shown = payload(frame, framing);
    require(shown.size() <= max_written_payload_bytes, "a payload within its limit");
    require(shown.starts_with(words), "the sender in each frame");
    require(is_printable(shown), "whole UTF-8 without controls");
    again += shown.substr(words.size());
  }
  require(again == visible(to_one_line(to_utf8(text))), "the text put together");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t cut = data[0];
  const unsigned length_digits = data[1] % 5;
  const std::string bytes(data + 2, data + size);

  const std::size_t first = std::min(bytes.find_first_not_of("\r\n"), bytes.size());
  if (first < bytes.size() && bytes[first] >= '0' && bytes[first] <= '9')
    check_however_cut(Parser(max_payload_bytes), bytes, cut);
  Parser lines(max_payload_bytes);
  lines.feed(first_line);
  require(std::holds_alternative<SetName>(lines.next()), "the first line");
  check_however_cut(lines, bytes, cut);
  check_to_the_end(bytes, cut + 1);
  check_frames(bytes, {length_digits == 1 ? 10 : length_digits});
  return 0;
}
