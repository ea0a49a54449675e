#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "protocol/two_socket.hpp"
#include "tests/conformance/bench/settings.hpp"

namespace parley::conform {

/// Of a body, in a report.
inline constexpr std::size_t described_body_bytes = 60;

/// A message that must come next, and how to say so.
struct Expected {
  std::string text;
  std::function<bool(const two_socket::Event& event, std::string_view bytes)> matches;
  bool is_report = false;  ///< of a delivery: cannot be waited for where Settings::lacking has none
};

// What may be expected of a server.
Expected registered(two_socket::Channel channel, std::string_view name);
Expected forward(std::string_view sender, std::string_view body);
Expected delivered(const Settings& settings, std::string_view recipient);
Expected error(const Settings& settings, two_socket::ErrorCode code);
Expected any_error();
Expected any_answer();

}  // namespace parley::conform
