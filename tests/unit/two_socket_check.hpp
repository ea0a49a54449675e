#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/cuts.hpp"
#include "tests/unit/two_socket_run.hpp"

namespace parley::two_socket {

/// How the bytes of a case end.
enum class Ends { between_frames, in_frame };

/// Checks that these bytes give these events: in one piece, byte by byte, cut once at every position (long
/// bytes: at many), and with a whole frame and a half one trailing.
inline void check_events(Side from, std::string_view bytes, const std::vector<std::string>& expected,
                         Ends ends = Ends::between_frames, FrameLimits limits = {}) {
  CAPTURE(describe(Unknown{bytes.substr(0, 200)}));
  const Run wanted{expected, ends == Ends::in_frame};
  const Run whole = run(from, limits, bytes);
  REQUIRE(whole.events == wanted.events);
  CHECK(whole.in_frame == wanted.in_frame);
  CHECK_MESSAGE(run(from, limits, bytes, 0, 1) == wanted, "byte by byte");
  test::for_each_cut(bytes, [&](std::size_t cut) {
    CHECK_MESSAGE(run(from, limits, bytes, cut) == wanted, "cut at ", cut);
  });

  const bool has_ended = !expected.empty() && expected.back().ends_with(", the last");
  if (ends == Ends::in_frame || has_ended) return;
  const auto [trailing, event] = from == Side::client ? std::pair("RECEIVED x\n\n", "RECEIVED \"x\"")
                                                      : std::pair("SENT x\n\n", "delivered \"x\"");
  Run wanted_with_trailing{expected, true};
  wanted_with_trailing.events.emplace_back(event);
  const std::string with_trailing = std::string(bytes) + trailing + "SE";
  CHECK_MESSAGE(run(from, limits, with_trailing) == wanted_with_trailing, "with trailing bytes");
  CHECK_MESSAGE(run(from, limits, with_trailing, 0, 1) == wanted_with_trailing,
                "with trailing bytes, byte by byte");
}

}  // namespace parley::two_socket
