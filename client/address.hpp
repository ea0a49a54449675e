#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::client {

/// Where somebody wants to go, as people write it. Each part is empty where it was left out.
struct Address {
  std::string name;
  std::string host;
  std::string port;
};

/// Reads the USERNAME and HOST of a command line: "alice", or "alice@HOST"; HOST is "host", "host:port",
/// "[::1]:port" or "::1". Nothing, and what is wrong and what to do in `problem`, when that is not clear.
/// Pure; safe from any thread.
std::optional<Address> parse_address(std::string_view user_name, std::string_view host, std::string& problem);

}  // namespace parley::client
