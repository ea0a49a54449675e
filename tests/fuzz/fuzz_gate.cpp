// Invariant: the verdict, the sentence and what goes on are the same however the bytes are cut; nothing is
// lost or changed of what is the port's own; raw text keeps its pieces; the first line's end, or 4 KiB,
// decide.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "protocol/gate.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/same_however_cut.hpp"
#include "tests/support/pieces.hpp"

using namespace parley;

namespace {

constexpr std::array<std::string_view, 5> ports = {"two-socket", "livecode", "names", "telnet", "rooms"};

using Outcome = std::tuple<Gate::Verdict, std::string, std::string>;  // with what went on, and what was said

Outcome run(std::string_view port, std::string_view bytes, std::size_t first_cut, std::size_t piece_bytes) {
  Gate gate(port);
  std::string passed;
  std::vector<std::size_t> cuts;  // where pieces ended
  std::size_t fed_bytes = 0;
  parley::test::for_each_piece(bytes, first_cut, piece_bytes, [&](std::string_view piece, bool) {
    fed_bytes += piece.size();
    cuts.push_back(fed_bytes);
    const std::size_t count = gate.feed(piece);
    require(count <= piece.size(), "no more than was fed");
    passed += piece.substr(0, count);
    while (const auto held = gate.take()) {
      require(count == 0, "what is older first");
      passed += *held;
      if (port == "names" || port == "rooms")
        require(std::ranges::find(cuts, passed.size()) != cuts.end(), "raw text in its pieces");
    }
    require(gate.is_holding() == (gate.verdict() == Gate::Verdict::undecided && passed.size() < fed_bytes),
            "held is what has not gone on");
    if (gate.verdict() == Gate::Verdict::own)
      require(passed.size() == fed_bytes, "all of the port's own goes on");
    if (gate.verdict() == Gate::Verdict::undecided)
      require(fed_bytes < Gate::most_undecided_bytes, "an end of waiting");
    return gate.verdict() != Gate::Verdict::foreign;
  });
  require(bytes.starts_with(passed), "what goes on is what came");
  return {gate.verdict(), passed, gate.verdict() == Gate::Verdict::foreign ? gate.sentence() : std::string()};
}

void check_first_line(std::string_view bytes, Gate::Verdict verdict) {
  constexpr std::string_view line_ends = "\r\n";
  const std::size_t begin = bytes.find_first_not_of(line_ends);
  if (begin == std::string_view::npos || bytes[begin] == '\0') return;  // a PROXY header has line ends inside
  if (bytes.find_first_of(line_ends, begin) != std::string_view::npos)
    require(verdict != Gate::Verdict::undecided, "a verdict at the end of the first line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view port = ports[data[0] % ports.size()];
  const std::size_t cut = data[1];
  const std::string bytes(data + 2, data + size);
  if (port == "rooms" && size > 2 && data[2] >= '0' && data[2] <= '9')
    return 0;  // a message, when it came alone
  const Outcome whole = require_same_however_cut(
      bytes, cut, [&](std::string_view all, std::size_t first_cut, std::size_t piece_bytes) {
        return run(port, all, first_cut, piece_bytes);
      });
  check_first_line(bytes, std::get<0>(whole));
  require(std::get<2>(whole).size() <= 99, "a sentence that fits everywhere");
  return 0;
}
