#pragma once

#include <spdlog/common.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "server/accounts/accounts.hpp"
#include "server/cluster/cluster_options.hpp"
#include "server/dialects.hpp"
#include "server/limits.hpp"
#include "server/listen_port.hpp"
#include "server/log_layout.hpp"
#include "server/metrics_command_line.hpp"
#include "server/net/flood_policy.hpp"
#include "server/net/tls_identity.hpp"

namespace parley {

/// What the command line asked for.
struct Options {
  std::vector<ListenPort> ports;  // the two-socket protocol first
  TlsFiles tls;                   // none without a port for it
  std::string lobby{usual_lobby};
  bool takes_passed_sockets = false;
  std::string port_file;  // empty: none
  std::string log_file;   // empty: stderr
  MetricsPlace metrics;
  LogFormat log_format = LogFormat::text;
  std::string control;  // empty: none
  std::string bans;     // empty: none
  DialectSettings dialect_settings;
  spdlog::level::level_enum log_level = spdlog::level::info;
  std::optional<std::chrono::milliseconds> idle_exit;
  Limits limits;
  FloodPolicy floods;
  accounts::AccountOptions accounts;
  cluster::ClusterOptions cluster;  // without URLs: none
};

/// Exit code for a command line, an address or a file that cannot be used.
inline constexpr int exit_usage = 2;

/// The options, or the exit code with which the program is to leave (0 after --help and --version); what
/// there is to say has been printed then.
std::optional<Options> parse_options(int argc, char** argv, int& exit_code);

}  // namespace parley
