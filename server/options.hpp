#pragma once

#include <spdlog/common.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/cluster/cluster_options.hpp"
#include "server/dialects.hpp"
#include "server/limits.hpp"
#include "server/net/flood_policy.hpp"

namespace parley {

/// A dialect to be spoken, and the port; 0 is any free one.
struct ListenPort {
  const Dialect* dialect;
  std::uint16_t port;
};

/// What the command line asked for.
struct Options {
  std::string host = "127.0.0.1";
  std::vector<ListenPort> ports;  // the two-socket protocol first
  std::string lobby{usual_lobby};
  std::string port_file;  // empty: none
  std::string log_file;   // empty: stderr
  DialectSettings dialect_settings;
  spdlog::level::level_enum log_level = spdlog::level::info;
  std::optional<std::chrono::milliseconds> idle_exit;
  Limits limits;
  FloodPolicy floods;
  cluster::ClusterOptions cluster;  // without URLs: none
};

/// The option that says at which port a dialect is spoken.
std::string port_option(const Dialect& dialect);

/// Exit code for a command line, an address or a file that cannot be used.
inline constexpr int exit_usage = 2;

/// The options, or the exit code with which the program is to leave (0 after --help and --version); what
/// there is to say has been printed then.
std::optional<Options> parse_options(int argc, char** argv, int& exit_code);

}  // namespace parley
