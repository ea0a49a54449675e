#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/cli_fwd.hpp"
#include "server/listen_port.hpp"

namespace parley {

/// The options that say where the dialects are spoken; what they ask for is known once they are parsed.
class ListenCommandLine {
 public:
  explicit ListenCommandLine(CLI::App& app);

  /// The two-socket protocol first, a dialect's port for TLS behind its plain one. Throws
  /// std::invalid_argument, whose text says what is wrong, when two are at the same port, a host is named
  /// twice, or one is named for a dialect that is not spoken.
  std::vector<ListenPort> to_listen() const;

 private:
  struct Place {
    CLI::Option* port_option;
    CLI::Option* host_option;
    CLI::Option* tls_option;
    std::uint16_t port;
    std::uint16_t tls_port;
    std::vector<std::string> hosts;
  };
  void add(CLI::App& app, const Dialect& dialect);
  void add_tls(CLI::App& app);
  void listen(std::vector<ListenPort>& asked, const Dialect& dialect, const Place& place) const;

  std::deque<Place> places_;  // by dialect; the options refer to them
  std::vector<std::string> tls_hosts_;
  CLI::Option* tls_host_option_ = nullptr;
  bool all_ = false;
};

}  // namespace parley
