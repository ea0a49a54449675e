// Invariant: the parser tells the same events however the bytes are cut; a text is UTF-8 within its bound, a
// ping within that of control frames; nothing follows an end; what the server writes is read back.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/text.hpp"
#include "protocol/websocket.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/same_however_cut.hpp"
#include "tests/support/websocket_frames.hpp"

using namespace parley;
using namespace parley::websocket;

namespace {

/// Small, so that short inputs reach it.
constexpr std::size_t most_bytes = 200;

struct Describe {
  std::string operator()(const NeedMore&) const { return {}; }
  std::string operator()(const Text& m) const {
    require(m.text.size() <= most_bytes, "a text within its bound");
    require(to_utf8(m.text) == m.text, "a text of UTF-8");
    return "text " + std::string(m.text);
  }
  std::string operator()(const Ping& m) const {
    require(m.payload.size() <= Parser::most_control_bytes, "a short ping");
    return "ping " + std::string(m.payload);
  }
  std::string operator()(const Pong&) const { return "pong"; }
  std::string operator()(const Close& m) const { return "close " + code(m.code); }
  std::string operator()(const Fault& m) const { return "fault " + code(m.code) + std::string(m.sentence); }

  static std::string code(CloseCode code) { return std::to_string(static_cast<unsigned>(code)); }
};

std::vector<std::string> run(std::string_view bytes, std::size_t first_cut, std::size_t piece_bytes) {
  Parser parser(most_bytes);
  std::vector<std::string> events;
  bool is_over = false;
  take_events(parser, bytes, first_cut, piece_bytes, 0, [&](const Event& event) {
    require(!is_over, "nothing behind the end");
    events.push_back(std::visit(Describe{}, event));
    is_over = std::holds_alternative<Close>(event) || std::holds_alternative<Fault>(event);
    return true;
  });
  require(!is_over || !parser.in_frame(), "nothing to wait for behind the end");
  return events;
}

/// The server's frame as a client would write it, with a mask of zeros.
std::string as_of_client(std::string frame) {
  const auto length = static_cast<unsigned char>(frame[1]);
  frame[1] = static_cast<char>(length | 0x80U);
  frame.insert(length < 126 ? 2 : length == 126 ? 4 : 10, 4, '\0');
  return frame;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string bytes(data + 1, data + size);
  const auto whole = require_same_however_cut(bytes, data[0], run);
  require(6 * whole.size() <= bytes.size() + 6, "at most one event for each head");

  const std::string text = to_utf8(bytes);
  Parser parser(3 * size);
  parser.feed(as_of_client(text_frame(text)) + test::to_bytes({.payload = text}));
  for (int i = 0; i < 2; ++i) {
    const Event event = parser.next();
    require(std::holds_alternative<Text>(event) && std::get<Text>(event).text == text, "a text read back");
  }
  parser.feed(as_of_client(close_frame(CloseCode::going_away, text)));
  const Event end = parser.next();
  require(std::holds_alternative<Close>(end) && std::get<Close>(end).code == CloseCode::going_away,
          "a close read back");
  return 0;
}
