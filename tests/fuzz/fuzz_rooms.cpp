// Invariant: the parser tells the same requests however the bytes are cut, at most one per byte; raw text
// comes out as it went in; any text written is objects of at most 1024 bytes that this parser reads back;
// what is JSON stays it when it is made readable.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/json_text.hpp"
#include "protocol/rooms.hpp"
#include "protocol/rooms_answers.hpp"
#include "protocol/text.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/same_however_cut.hpp"

using namespace parley;
using namespace parley::rooms;

namespace {

/// Small, so that short inputs reach both limits.
constexpr ObjectLimits limits{128, 4};

struct Describe {
  std::string operator()(const NeedMore&) const { return {}; }
  std::string operator()(const Connect& m) const {
    std::string features;
    for (const auto& feature : feature_words)
      if (m.features && *m.features.*feature.is_on) features.append(" ").append(feature.word);
    return "connect " + m.name + '\n' + m.room + features;
  }
  std::string operator()(const Say& m) const {
    require(to_utf8(m.text) == m.text, "a text of UTF-8");
    require(m.id.size() <= max_id_bytes, "an id of at most 64 bytes");
    return "say " + m.text + '\n' + m.id;
  }
  std::string operator()(const Tell& m) const { return "tell " + m.to + '\n' + m.text + '\n' + m.id; }
  std::string operator()(const AskWho&) const { return "who"; }
  std::string operator()(const Exit&) const { return "exit"; }
  std::string operator()(const RawText& m) const { return std::string(m.bytes); }
  std::string operator()(const rooms::Refusal& m) const { return std::string(m.sentence); }
  std::string operator()(const Violation& m) const { return std::string(m.sentence); }
};

/// What the parser says about the bytes in pieces. Pieces of raw text are joined.
std::vector<std::string> run(std::string_view bytes, const Features& features, std::size_t first_cut,
                             std::size_t piece_bytes) {
  Parser parser(limits);
  parser.use(features);
  std::vector<std::string> events;
  bool was_raw = false;
  take_events(parser, bytes, first_cut, piece_bytes, limits.object_bytes, [&](const Event& event) {
    const std::string words = std::visit(Describe{}, event);
    if (was_raw)
      events.back() += words;
    else
      events.push_back(words);
    was_raw = std::holds_alternative<RawText>(event);
    return true;
  });
  return events;
}

void check_frames(std::string_view text) {
  std::string again;
  const auto objects = messages({"bob", "General", text}, max_line_bytes - 1);
  if (objects.size() > max_pieces) return;
  for (const std::string& object : objects) {
    const std::string frame = to_line(object);
    require(frame.size() <= max_line_bytes, "a frame of at most 1024 bytes");
    require(frame.find('\n') == frame.size() - 1, "one line");
    Parser parser;
    parser.feed(frame);
    const Event event = parser.next();
    require(std::holds_alternative<Say>(event), "a message read back");
    again += std::get<Say>(event).text;
    require(std::holds_alternative<NeedMore>(parser.next()) && !parser.in_frame(), "a message's end");
  }
  require(again == to_utf8(text), "the text read back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t cut = data[0];
  const std::string bytes(data + 1, data + size);

  const Features features{(cut & 0x80) != 0, (cut & 0x40) != 0, (cut & 0x20) != 0};
  const auto whole = require_same_however_cut(
      bytes, cut, [&](std::string_view all, std::size_t first_cut, std::size_t piece_bytes) {
        return run(all, features, first_cut, piece_bytes);
      });
  require(whole.size() <= bytes.size(), "at most one event per byte");
  if (!bytes.empty() && bytes[0] != '{') require(whole == std::vector{bytes}, "raw text as it came");
  check_frames(bytes);
  const std::string readable = to_readable_json(bytes);
  require(readable.size() <= bytes.size(), "no more than came");
  require(to_readable_json(readable) == readable, "readable once and for all");
  if (nlohmann::json::accept(bytes)) require(nlohmann::json::accept(readable), "what was readable stays it");
  return 0;
}
