#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/two_socket_parser.hpp"

/// Runs the two-socket parser over bytes cut in every way, for tests and fuzz targets.
namespace parley::two_socket {

/// An event in words, its bytes escaped: `SEND "bob" "hello\n"`, `violation F2.2`. NeedMore is empty.
std::string describe(const Event& event);

/// What a parser said about some bytes.
struct Run {
  std::vector<std::string> events;  ///< up to NeedMore, or to the violation that ends everything
  bool in_frame = false;
  friend bool operator==(const Run&, const Run&) = default;
};

/// The run over pieces of `piece_bytes` each (0: all in one), after a first piece that ends at `first_cut`.
Run run(Side from, FrameLimits limits, std::string_view bytes, std::size_t first_cut = 0,
        std::size_t piece_bytes = 0);

}  // namespace parley::two_socket
