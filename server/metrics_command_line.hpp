#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/cli_fwd.hpp"

namespace parley {

/// Where the metrics are to be read.
struct MetricsPlace {
  std::string host = "127.0.0.1";
  std::optional<std::uint16_t> port;  // none: nowhere; 0: any free one
};

/// The options that say where.
class MetricsCommandLine {
 public:
  /// What they ask for is in `place` once they are parsed, which outlives that.
  MetricsCommandLine(CLI::App& app, MetricsPlace& place);

  /// Throws std::invalid_argument, whose text says what is wrong, when there is a host and no port.
  void check() const;

 private:
  CLI::Option* port_option_;
  CLI::Option* host_option_;
};

}  // namespace parley
