// Invariant: the parser tells the same events however the bytes are cut, at most one per byte, also behind a
// report that was taken before its line had ended; whole messages survive being written and read again, and a
// parser that asked for more has room for it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/two_socket.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/same_however_cut.hpp"
#include "tests/unit/two_socket_run.hpp"

using namespace parley::two_socket;

namespace {

/// Small, so that short inputs reach every limit.
constexpr FrameLimits limits{96, 64};

struct Rewrite {
  std::string operator()(const Unknown&) const { return {}; }
  std::string operator()(const Violation&) const { return {}; }
  std::string operator()(const NeedMore&) const { return {}; }
  template <typename Message>
  std::string operator()(const Message& message) const {
    return to_frame(message);
  }
};

/// Each message written again and read back is the same; read in place, as a server reads.
void check_round_trips(Side from, std::string_view bytes) {
  Parser parser(from, limits);
  std::size_t event_count = 0;
  while (!bytes.empty()) {
    const auto room = parser.prepare();
    require(!room.empty(), "room to read into");
    const std::size_t count = std::min(room.size(), bytes.size());
    std::copy_n(bytes.begin(), count, room.begin());
    parser.commit(count);
    bytes.remove_prefix(count);
    for (;;) {
      const Event event = parser.next();
      if (std::holds_alternative<NeedMore>(event)) break;
      const std::string frame = std::visit(Rewrite{}, event);
      if (!frame.empty()) {
        // A tolerant reader takes names next to each other that the exact form sets apart: allow for that.
        const Run again = run(from, {2 * limits.header_bytes, limits.body_bytes}, frame);
        require(again.events.size() == 1 && again.events[0] == describe(event), "a message read back");
        require(!again.in_frame, "a message's end");
      }
      const auto* violation = std::get_if<Violation>(&event);
      if (violation != nullptr && !violation->recoverable) return;
      ++event_count;
      require(event_count <= 1'000'000, "an end of events");
    }
  }
}

/// Gives the parser the bytes in pieces; the events.
std::vector<std::string> take_all(Parser& parser, std::string_view bytes, std::size_t first_cut,
                                  std::size_t piece_bytes) {
  std::vector<std::string> events;
  parley::test::for_each_piece(bytes, first_cut, piece_bytes, [&](std::string_view piece, bool) {
    parser.feed(piece);
    for (;;) {
      const Event event = parser.next();
      if (std::holds_alternative<NeedMore>(event)) return true;
      events.push_back(describe(event));
      const auto* violation = std::get_if<Violation>(&event);
      if (violation != nullptr && !violation->recoverable) return false;
    }
  });
  return events;
}

/// What is seen beside the events is the same however the bytes are cut.
void check_habits(Side from, std::string_view bytes, std::size_t cut) {
  require_same_however_cut(bytes, cut,
                           [&](std::string_view all, std::size_t first_cut, std::size_t piece_bytes) {
                             Parser parser(from, limits);
                             take_all(parser, all, first_cut, piece_bytes);
                             return parser.has_newline_behind_body();
                           });
  const std::string_view before = bytes.substr(0, cut);
  require_same_however_cut(bytes.substr(before.size()), cut / 2,
                           [&](std::string_view behind, std::size_t first_cut, std::size_t piece_bytes) {
                             Parser parser(from, limits);
                             auto events = take_all(parser, before, 0, 0);
                             const auto report = parser.take_unended_report("bob");
                             require(!report || from == Side::server, "only a server reports");
                             for (auto& event : take_all(parser, behind, first_cut, piece_bytes))
                               events.push_back(std::move(event));
                             return events;
                           });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Side from = data[0] % 2 == 0 ? Side::client : Side::server;
  const std::size_t cut = data[1];
  const std::string bytes(data + 2, data + size);

  const Run whole = require_same_however_cut(
      bytes, cut, [&](std::string_view all, std::size_t first_cut, std::size_t piece_bytes) {
        return run(from, limits, all, first_cut, piece_bytes);
      });
  require(whole.events.size() <= bytes.size(), "at most one event per byte");
  check_round_trips(from, bytes);
  check_habits(from, bytes, cut);
  return 0;
}
